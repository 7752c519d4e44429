package identity

import (
	"context"
	"slices"

	"voordeur/internal/access"
	"voordeur/internal/db"
	"voordeur/internal/i18n"
	"voordeur/internal/notify"
	"voordeur/internal/tenant"
)

// The kinds of the mails that tell of several changes.
const (
	severalChanges = "changes"
	severalNotices = "notices" // to staff
)

// told is what a mail says of the changes of one client: how often what happened, in the order of Events.
type told struct {
	behalf string // the client for whom the account acts, "" for its own
	counts map[Event]int
}

// newsLetter returns the mail that tells of the changes. Of one it says what happened, of several what sorts of things, how
// many, and in how many dossiers.
func newsLetter(ctx context.Context, tx *db.Tx, t *tenant.Tenant, r recipient, changes []notify.Change) (letter, error) {
	all, err := tally(ctx, tx, t.ID, changes)
	if err != nil {
		return letter{}, err
	}
	l := letter{face: r.face, settings: r.face == access.Portal}
	l.path, l.dossiers = placeOf(changes)
	switch first := changes[0]; {
	case len(all) == 1 && len(all[0].counts) == 1 && all[0].counts[Event(first.Event)] == 1:
		l.kind, l.behalf = first.Event, all[0].behalf
	case r.face == access.Office:
		l.kind, l.path = severalNotices, "/notices"
	default:
		l.kind, l.told = severalChanges, all
	}
	return l, nil
}

// placeOf returns the narrowest place in which all changes are to be found, and in how many dossiers they happened.
func placeOf(changes []notify.Change) (path string, dossiers int) {
	seen, first := map[string]bool{}, changes[0]
	alone := true
	for _, c := range changes {
		seen[c.Dossier] = true
		alone = alone && c.Mandate == first.Mandate
	}
	path = "/"
	if len(seen) == 1 {
		path = "/dossiers/" + first.Dossier
	}
	if !alone {
		return "/", len(seen)
	}
	if first.Mandate != "" {
		path = "/namens/" + first.Mandate + path
	}
	return path, len(seen)
}

// tally counts the changes of each client, the account's own first. What happened twice to the same thing counts once.
func tally(ctx context.Context, tx *db.Tx, tenantID string, changes []notify.Change) ([]told, error) {
	var all []told
	seen, place := map[notify.Change]bool{}, map[string]int{}
	for _, c := range changes {
		c.At, c.Account = db.Time{}, ""
		if seen[c] {
			continue
		}
		seen[c] = true
		n, known := place[c.Mandate]
		if !known {
			who := told{counts: map[Event]int{}}
			if c.Mandate != "" {
				name, err := db.One(ctx, tx, db.Value[string], `select name from client where tenant_id = $1 and id = $2`, tenantID, c.Client)
				if err != nil {
					return nil, err
				}
				who.behalf = name
			}
			n = len(all)
			place[c.Mandate], all = n, append(all, who)
		}
		all[n].counts[Event(c.Event)]++
	}
	slices.SortStableFunc(all, func(a, b told) int {
		switch {
		case a.behalf == "" && b.behalf != "":
			return -1
		case a.behalf != "" && b.behalf == "":
			return 1
		}
		return 0
	})
	return all, nil
}

// points are what the mail lists.
func points(texts *i18n.Texts, all []told) []string {
	var out []string
	for _, who := range all {
		for _, e := range Events {
			n := who.counts[e]
			if n == 0 {
				continue
			}
			point := texts.N("mail.change."+string(e), n)
			if who.behalf != "" {
				point = texts.T("mail.change.behalf", "client", who.behalf, "what", point)
			}
			out = append(out, point)
		}
	}
	return out
}
