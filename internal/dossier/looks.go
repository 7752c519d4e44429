package dossier

import (
	"context"
	"strings"

	"voordeur/internal/access"
	"voordeur/internal/audit"
	"voordeur/internal/db"
)

// told are the events that a client reads about his own dossier. What is not here stays inside: a
// new event is not told before somebody has thought about it.
var told = map[string]bool{
	"dossier.created": true, "dossier.changed": true, "dossier.published": true, "dossier.unpublished": true,
	"dossier.taken": true, "dossier.viewed": true, "dossier.viewed_as_client": true,
	"document.added": true, "document.published": true, "document.read": true,
	"questionnaire.sent": true, "questionnaire.withdrawn": true, "questionnaire.saved": true, "questionnaire.completed": true, "questionnaire.reopened": true, "questionnaire.due": true, "questionnaire.read": true,
	"request.sent": true, "request.saved": true, "request.handed_in": true, "request.approved": true, "request.rejected": true, "request.withdrawn": true, "request.read": true,
	"approval.offered": true, "approval.agreed": true, "approval.refused": true, "approval.withdrawn": true, "approval.read": true,
	"message.sent": true, "message.read": true, "progress.done": true, "progress.undone": true,
}

// LookPage is a page of who saw or changed a dossier, newest first. Documents holds the titles of
// those that the client sees now.
type LookPage struct {
	Dossier   Dossier
	Rows      []audit.Row
	Documents map[string]string
	Next      string
}

// Looks returns who of the office, and of the client's own accounts, saw or changed a dossier that
// the client sees (N54). What he cannot see himself is not told: documents that are not shown to
// him, and what other parties did.
func (ds *Dossiers) Looks(ctx context.Context, a access.Client, id, after string) (LookPage, error) {
	d, err := ForClient(ctx, ds.db, a, id)
	if err != nil {
		return LookPage{}, err
	}
	p := LookPage{Dossier: d, Documents: map[string]string{}}
	docs, err := ds.ClientDocuments(ctx, a, d)
	if err != nil {
		return p, err
	}
	for _, doc := range docs {
		p.Documents[doc.ID] = doc.Title
	}
	for {
		page, err := audit.OfDossier(ctx, ds.db, a.Scope(), d.ID, after)
		if err != nil {
			return p, err
		}
		for _, r := range page.Rows {
			if p.tells(a.Scope(), r) {
				p.Rows = append(p.Rows, r)
			}
		}
		if after = page.Next; after == "" {
			break
		}
		if n := len(p.Rows); n >= audit.PageSize {
			// The last one told, not the last one read: a key holds a time, which would tell of the other.
			p.Next = db.Key(p.Rows[n-1].At, p.Rows[n-1].ID)
			break
		}
	}
	return p, ds.looks.Look(ctx, a.Scope(), audit.Entry{Event: "dossier.looks_viewed", Dossier: d.ID, Client: a.Scope().Client()})
}

// tells reports whether the client may know of an entry.
func (p LookPage) tells(s access.Scope, r audit.Row) bool {
	mine := r.Client == s.Client()
	// What staff do names a client when it is about that party alone.
	ours := r.ActorKind == "client" && mine || r.ActorKind == "staff" && (mine || r.Client == "")
	if !told[r.Event] || !ours || strings.HasPrefix(r.Event, "message.") && !s.Rights().Has(access.SeeMessages) {
		return false
	}
	for _, o := range r.Objects {
		if _, shown := p.Documents[o.ID]; o.Kind == "document" && !shown {
			return false
		}
	}
	return true
}

// Title returns the title of the document that an entry is about, or "".
func (p LookPage) Title(r audit.Row) string {
	for _, o := range r.Objects {
		if o.Kind == "document" {
			return p.Documents[o.ID]
		}
	}
	return ""
}
