// Package ui is the layout and the components of every page: plain HTML that works without
// JavaScript, styled by one sheet on the organisation's design tokens. It knows no feature; props
// hold strings that are ready to show.
package ui

import (
	"errors"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"voordeur/internal/errs"
	"voordeur/internal/i18n"
)

// Frame is everything a layout needs around the content of a page.
type Frame struct {
	Texts                 *i18n.Texts
	Title                 string
	Office                string // name of the organisation
	Face                  string // portal or office
	ThemeURL              string
	FontURL               string // of the organisation's font, "" for the program's own
	LogoURL               string // "" for none; its size in pixels is below
	LogoWidth, LogoHeight int
	Version               string
	Nav                   []NavItem
	Who                   string // who is logged in, "" for nobody
	LogIn                 string // where a visitor logs in, "" for nowhere
	Unread                string // "2 ongelezen", "" for none
	// UnreadCount is the same as a number alone, for where there is no room for words.
	UnreadCount string
	Notices     int // what an employee was told and has not read, for the script that keeps it so
	Flash       *Flash
	// Idle is for how many seconds the session lasts without a request, Ends when it ends whatever happens
	// (Unix). A page says nothing of now: that it is the same twice is what tests compare.
	Idle   int
	Ends   int64
	Banner string // a lasting remark, as in "u bekijkt dit als de klant"
	// Choices are the clients whose things the visitor can look at, himself first; empty when there is nobody else.
	Choices []Choice
	Behalf  string // for whom he acts on this page, "" for himself
}

// Choice is a client whose things the visitor can look at.
type Choice struct {
	Name, Ground, New string // New says how much is new there, "" for nothing
	Href              string
	Current           bool
}

// NavItem is a place in the navigation.
type NavItem struct {
	Label, Href, Icon string
	Current           bool
}

// Flash is what the last act led to. Kind is ok, info, warning or error.
type Flash struct{ Kind, Text string }

// Field is one field of a form.
type Field struct {
	Name, Label, Hint, Value, Type, Autocomplete string
	InputMode                                    string
	Error                                        string
	Rows                                         int // more than 0 makes it a text area
	Options                                      []Option
	Optional                                     string // the word "niet verplicht", "" when it must be filled in
}

// Option is a choice of a select, a radio group or check boxes. A Group is a heading above the first of several.
type Option struct {
	Value, Label, Group string
	Hint                string // below the label of a radio button or a check box
	Icon                string // before it
	Chosen              bool
}

// Problem is an error with a link to its field.
type Problem struct{ Field, Text string }

// Problems turns an operation's fields into what the summary shows, in the user's language.
func Problems(t *i18n.Texts, err error) []Problem {
	var list []Problem
	for _, f := range errs.FieldsOf(err) {
		list = append(list, Problem{f.Name, t.T(f.Key, f.Args...)})
	}
	return list
}

// FileProblem says what is wrong with a file in the user's words, or "" when it was no fault of the file.
func FileProblem(t *i18n.Texts, name string, err error) string {
	if list := Problems(t, err); len(list) > 0 {
		return name + ": " + list[0].Text
	}
	if e, ok := errors.AsType[*errs.Error](err); ok && e.Kind == errs.TooLarge {
		return name + ": " + t.T(e.Key, e.Args...)
	}
	return ""
}

// ErrorOf returns what is wrong with the named field, or "".
func ErrorOf(list []Problem, name string) string {
	for _, p := range list {
		if p.Field == name {
			return p.Text
		}
	}
	return ""
}

// Tab is a tab with its number and what is new in it.
type Tab struct {
	Label, Href, Count, New string
	Current                 bool
}

// File is a row of a file list.
type File struct {
	Icon, Name, Meta, New, State string
	OpenHref, DownloadHref       string
	Save                         string          // what downloading is called, "" for the usual word
	Act                          templ.Component // one more thing that can be done with it, or nil
}

// FileIcon returns the drawing for a file with this extension.
func FileIcon(ext string) string {
	switch strings.ToLower(ext) {
	case "pdf":
		return "file-type-pdf"
	case "doc", "docx", "odt":
		return "file-type-docx"
	case "xls", "xlsx", "ods", "csv":
		return "file-type-xls"
	case "txt":
		return "file-type-txt"
	case "jpg", "jpeg", "png", "gif", "webp", "heic":
		return "photo"
	}
	return "file-text"
}

// logoSize returns the logo's size within a box, in its own proportions.
func logoSize(f Frame, width, height int) (w, h string) {
	if f.LogoWidth*height > f.LogoHeight*width {
		height = max(1, f.LogoHeight*width/f.LogoWidth)
	} else {
		width = max(1, f.LogoWidth*height/max(1, f.LogoHeight))
	}
	return strconv.Itoa(width), strconv.Itoa(height)
}

// Initials returns the letters for a person's round mark.
func Initials(name string) string {
	words := strings.Fields(name)
	if len(words) == 0 {
		return ""
	}
	first, last := []rune(words[0]), []rune(words[len(words)-1])
	if len(words) == 1 {
		return strings.ToUpper(string(first[:1]))
	}
	return strings.ToUpper(string(first[:1]) + string(last[:1]))
}

// Paragraphs splits a text at blank lines, for letters.
func Paragraphs(s string) []string {
	var out []string
	for p := range strings.SplitSeq(strings.TrimSpace(s), "\n\n") {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}
