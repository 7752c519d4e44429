package filetype

import (
	"archive/zip"
	"bytes"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"voordeur/internal/errs"
	"voordeur/internal/i18n"
)

var everything = Policy{Extensions: extensions(), MaxBytes: 25_000_000}

func extensions() []string {
	var all []string
	for _, t := range All() {
		all = append(all, t.Extension)
	}
	return all
}

// zipped makes an archive of files with these names, each holding some text.
func zipped(t *testing.T, names ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range names {
		f, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write(bytes.Repeat([]byte("<x/>"), 300)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// openDocument is told by its first entry, which is stored as it is.
func openDocument(t *testing.T, media string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, err := w.CreateRaw(&zip.FileHeader{Name: "mimetype", UncompressedSize64: uint64(len(media)), CompressedSize64: uint64(len(media))})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write([]byte(media)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func workbook(t *testing.T) []byte {
	t.Helper()
	b, err := excelize.NewFile().WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func picture(t *testing.T, encode func(*bytes.Buffer, image.Image) error) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := encode(&b, image.NewGray(image.Rect(0, 0, 4, 4))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// contents holds a file of every content that the tests give a name to.
func contents(t *testing.T) map[string][]byte {
	oleHead := append([]byte{0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1}, make([]byte, 2000)...)
	return map[string][]byte{
		"pdf":  []byte("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n"),
		"png":  picture(t, func(b *bytes.Buffer, m image.Image) error { return png.Encode(b, m) }),
		"jpg":  picture(t, func(b *bytes.Buffer, m image.Image) error { return jpeg.Encode(b, m, nil) }),
		"gif":  picture(t, func(b *bytes.Buffer, m image.Image) error { return gif.Encode(b, m, nil) }),
		"docx": zipped(t, "[Content_Types].xml", "_rels/.rels", "word/document.xml"),
		"pptx": zipped(t, "[Content_Types].xml", "_rels/.rels", "ppt/presentation.xml"),
		"xlsx": workbook(t),
		"odt":  openDocument(t, "application/vnd.oasis.opendocument.text"),
		"ods":  openDocument(t, "application/vnd.oasis.opendocument.spreadsheet"),
		"zip":  zipped(t, "a.txt", "b.txt"),
		"doc":  oleHead,
		"txt":  []byte("Geachte heer,\r\nHierbij de stukken.\r\n"),
		"csv":  []byte("naam,bedrag\nJansen,12\nDe Wit,13\n"),
		"rtf":  []byte(`{\rtf1\ansi Akte}`),
		"xml":  []byte(`<?xml version="1.0"?><auditfile/>`),
		"eml":  []byte("From: a@example.nl\r\nTo: b@example.nl\r\nSubject: x\r\nDate: Tue, 1 Dec 2026 09:00:00 +0100\r\n\r\nHallo"),
		"heic": append([]byte{0, 0, 0, 24}, "ftypheic\x00\x00\x00\x00mif1heic"...),
		"exe":  append([]byte("MZ\x90\x00"), make([]byte, 200)...),
		"elf":  append([]byte("\x7fELF\x02\x01\x01"), make([]byte, 200)...),
		"html": []byte("<!DOCTYPE html><script>alert(1)</script>"),
		"svg":  []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>`),
		"sh":   []byte("#!/bin/sh\nrm -rf /\n"),
		"jar":  zipped(t, "META-INF/MANIFEST.MF", "A.class"),
		"rand": {0x13, 0x37, 0x00, 0x01, 0xfe, 0xff, 0x99},
	}
}

func keyOf(t *testing.T, err error) string {
	t.Helper()
	fields := errs.FieldsOf(err)
	if len(fields) != 1 || fields[0].Name != "file" {
		t.Fatalf("err = %v, want one text for the field file", err)
	}
	return fields[0].Key
}

func TestCheckAcceptsWhatItIs(t *testing.T) {
	for ext, head := range contents(t) {
		want, ok := Lookup(ext)
		if !ok {
			continue
		}
		got, err := Check(everything, "Stuk 1."+strings.ToUpper(ext), head, int64(len(head)))
		if err != nil || got != want {
			t.Errorf("%s: %+v, %v, want %+v", ext, got, err, want)
		}
	}
}

// What programs save under one extension does not always begin the same.
func TestCheckAcceptsTextsInEveryUsualForm(t *testing.T) {
	for name, heads := range map[string][]string{
		"a.eml": {
			"MIME-Version: 1.0\r\nDate: Tue, 1 Dec 2026 09:00:00 +0100\r\n\r\nHallo",
			"DKIM-Signature: v=1; a=rsa-sha256\r\nFrom: a@example.nl\r\n\r\nHallo",
			"X-Mozilla-Status: 0001\r\nFrom: a@example.nl\r\n\r\nHallo",
		},
		"a.csv": {
			"naam;bedrag\nJansen;12\nDe Wit;13\n",
			"naam\tbedrag\nJansen\t12\nDe Wit\t13\n",
			"\xef\xbb\xbfnaam;bedrag\nJansen;12\n",
			"naam;bedrag\nRen\xe9;12\n",
		},
		"a.txt": {
			"From: Jansen\nTo: De Wit\n\nGeachte heer",
			"\xff\xfeh\x00a\x00l\x00l\x00o\x00",
		},
	} {
		for _, head := range heads {
			if _, err := Check(everything, name, []byte(head), int64(len(head))); err != nil {
				t.Errorf("%s with %.20q: %v", name, head, err)
			}
		}
	}
}

// TestCheckRefusesEveryOtherContent renames each content to each extension.
func TestCheckRefusesEveryOtherContent(t *testing.T) {
	same := map[string][]string{
		"jpg":  {"jpeg"},
		"doc":  {"xls", "ppt", "msg"}, // the head of an old Office file can be any of them
		"txt":  {"csv", "eml"},
		"csv":  {"txt"},
		"eml":  {"txt"},
		"heic": {"heif"},
	}
	for content, head := range contents(t) {
		for _, ext := range append(extensions(), "exe", "html", "svg", "js", "docm") {
			if _, ok := Lookup(ext); ok && (ext == content || slices.Contains(same[content], ext)) {
				continue
			}
			typ, err := Check(everything, "stuk."+ext, head, int64(len(head)))
			if err == nil || typ != (Type{}) {
				t.Errorf("%s named .%s is accepted as %+v", content, ext, typ)
			} else if key := keyOf(t, err); key != "file.type" {
				t.Errorf("%s named .%s: %s, want file.type", content, ext, key)
			}
		}
	}
}

func TestCheckRefusals(t *testing.T) {
	pdf := contents(t)["pdf"]
	n := int64(len(pdf))
	policy := Policy{Extensions: []string{"pdf", "exe", "svg"}, MaxBytes: 10_000_000}
	for name, c := range map[string]struct {
		name string
		head []byte
		size int64
		key  string
	}{
		"no bytes":             {"a.pdf", nil, 0, "file.empty"},
		"one too many":         {"a.pdf", pdf, 10_000_001, "file.too_large"},
		"no extension":         {"akte", pdf, n, "file.name"},
		"no name":              {"", pdf, n, "file.name"},
		"only an extension":    {".pdf", pdf, n, "file.name"},
		"a dot at the end":     {"akte.", pdf, n, "file.name"},
		"last extension":       {"akte.pdf.exe", pdf, n, "file.type"},
		"reversed by override": {"akte\u202efdp.exe", pdf, n, "file.type"},
		"cut by NUL":           {"akte.exe\x00.png", pdf, n, "file.type"},
		"not in the policy":    {"akte.png", contents(t)["png"], n, "file.type"},
		"unknown in policy":    {"a.svg", contents(t)["svg"], n, "file.type"},
		"program in policy":    {"a.exe", contents(t)["exe"], n, "file.type"},
	} {
		_, err := Check(policy, c.name, c.head, c.size)
		if err == nil {
			t.Errorf("%s: accepted", name)
		} else if key := keyOf(t, err); key != c.key {
			t.Errorf("%s: %s, want %s", name, key, c.key)
		}
	}
	if _, err := Check(policy, "a.pdf", pdf, 10_000_000); err != nil {
		t.Errorf("exactly as large as allowed: %v", err)
	}
}

func TestTooLargeNamesTheLimit(t *testing.T) {
	_, err := Check(everything, "a.pdf", []byte("%PDF-1.7"), 30_000_000)
	f := errs.FieldsOf(err)[0]
	if got, want := i18n.For(i18n.NL, nil).T(f.Key, f.Args...), "Het bestand is te groot (maximaal 25 MB)."; got != want {
		t.Errorf("text %q, want %q", got, want)
	}
}

func TestOnlyHarmlessTypesAreInline(t *testing.T) {
	want := []string{"gif", "jpeg", "jpg", "pdf", "png", "webp"}
	var got []string
	for _, typ := range All() {
		if typ.Inline() {
			got = append(got, typ.Extension)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("inline: %v, want %v", got, want)
	}
	if (Type{}).Inline() {
		t.Error("the zero type is inline")
	}
}

func TestTypesHaveTextsAndAreUnique(t *testing.T) {
	seen := map[string]bool{}
	keys := []string{keyEmpty, keyName, keyTooLarge, keyType, "file.disk_full"}
	for _, typ := range All() {
		if seen[typ.Extension] || typ.Extension != strings.ToLower(typ.Extension) {
			t.Errorf("extension %q", typ.Extension)
		}
		seen[typ.Extension] = true
		keys = append(keys, typ.Label)
	}
	for _, l := range i18n.Langs {
		for _, key := range keys {
			if i18n.Keys(l)[key] == "" {
				t.Errorf("%s: no text for %s", l, key)
			}
		}
	}
}
