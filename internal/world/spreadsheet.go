package world

import (
	"bytes"
	"fmt"

	"github.com/xuri/excelize/v2"
)

// workbook is a statement of costs as a spreadsheet with a sum.
func workbook(lines ...cost) kind {
	return func(k desk) ([]byte, error) {
		f := excelize.NewFile()
		defer f.Close()
		const sheet = "Nota"
		if err := f.SetSheetName("Sheet1", sheet); err != nil {
			return nil, err
		}
		rows := [][]any{{"Nota van afrekening", k.story.number}, {k.office.name, dutch.ShortDate(k.day)}, {"Omschrijving", "Bedrag"}}
		for _, l := range lines {
			rows = append(rows, []any{l.what, float64(l.cents) / 100})
		}
		for n, r := range rows {
			if err := f.SetSheetRow(sheet, fmt.Sprintf("A%d", n+1), &r); err != nil {
				return nil, err
			}
		}
		last := len(rows)
		if err := f.SetCellValue(sheet, fmt.Sprintf("A%d", last+1), "Te betalen"); err != nil {
			return nil, err
		}
		if err := f.SetCellFormula(sheet, fmt.Sprintf("B%d", last+1), fmt.Sprintf("=SUM(B4:B%d)", last)); err != nil {
			return nil, err
		}
		if err := dress(f, sheet, last+1); err != nil {
			return nil, err
		}
		var b bytes.Buffer
		err := f.Write(&b)
		return b.Bytes(), err
	}
}

// dress gives the sheet wide columns, euros and a bold total.
func dress(f *excelize.File, sheet string, last int) error {
	euro := "€ #,##0.00"
	money, err := f.NewStyle(&excelize.Style{CustomNumFmt: &euro})
	if err != nil {
		return err
	}
	bold, err := f.NewStyle(&excelize.Style{CustomNumFmt: &euro, Font: &excelize.Font{Bold: true}})
	if err != nil {
		return err
	}
	if err := f.SetColWidth(sheet, "A", "A", 42); err != nil {
		return err
	}
	if err := f.SetColWidth(sheet, "B", "B", 16); err != nil {
		return err
	}
	if err := f.SetCellStyle(sheet, "B4", fmt.Sprintf("B%d", last), money); err != nil {
		return err
	}
	if err := f.SetCellStyle(sheet, "A3", "B3", bold); err != nil {
		return err
	}
	return f.SetCellStyle(sheet, fmt.Sprintf("A%d", last), fmt.Sprintf("B%d", last), bold)
}
