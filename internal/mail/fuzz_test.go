package mail_test

import (
	"strings"
	"testing"

	"golang.org/x/net/html"

	"voordeur/internal/mail"
)

// Whatever the value of a place is, the page has the elements of its template and safe links only.
func FuzzCompose(f *testing.F) {
	f.Add("Jan", "https://vos.test/a")
	f.Add("<script>alert(1)</script>", "javascript:alert(1)")
	f.Add("{link}", `https://vos.test/"onload="x`)
	f.Add("a\n\nb\u2028c", "data:text/html,x")
	f.Fuzz(func(t *testing.T, name, link string) {
		c := content()
		c.Values["name"], c.Values["link"] = name, link
		_, page, err := mail.Compose(t.Context(), layout(), c)
		if err != nil {
			t.Fatalf("a value stopped the mail: %v", err)
		}
		root, err := html.Parse(strings.NewReader(page))
		if err != nil {
			t.Fatal(err)
		}
		for n := range root.Descendants() {
			if n.Type != html.ElementNode {
				continue
			}
			if n.Data == "script" || n.Data == "img" || n.Data == "iframe" || n.Data == "form" {
				t.Errorf("%q and %q made an element %s", name, link, n.Data)
			}
			for _, a := range n.Attr {
				if strings.HasPrefix(a.Key, "on") || a.Key == "href" && !strings.HasPrefix(a.Val, "https://") && !strings.HasPrefix(a.Val, "http://") {
					t.Errorf("%q and %q made %s=%q", name, link, a.Key, a.Val)
				}
			}
		}
	})
}
