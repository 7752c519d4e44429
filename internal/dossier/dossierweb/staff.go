package dossierweb

import (
	"slices"

	"voordeur/internal/dossier"
	"voordeur/internal/identity"
	"voordeur/internal/web"
)

// handledBy is the name of the handler, or that there is none yet.
func handledBy(c *web.Ctx, name string) string {
	if name == "" {
		return c.T("dossier.no_handler")
	}
	return name
}

// away says until when the handler is away, and who stands in for him.
func away(c *web.Ctx, p dossier.Person) string {
	if p.Deputy == "" {
		return c.T("dossier.away", "name", p.Name, "date", c.Texts.Date(p.AwayUntil.Time))
	}
	return c.T("dossier.away_deputy", "name", p.Name, "date", c.Texts.Date(p.AwayUntil.Time), "deputy", p.Deputy)
}

// ordered are the parties, with whom it began first.
func (v pageView) ordered() []dossier.Party {
	list := slices.Clone(v.parties)
	slices.SortStableFunc(list, func(a, b dossier.Party) int {
		switch {
		case a.Initiator == b.Initiator:
			return 0
		case a.Initiator:
			return -1
		}
		return 1
	})
	return list
}

// contactsOf is how the accounts of a party can be reached.
func (v pageView) contactsOf(client string) []identity.Contact {
	var out []identity.Contact
	for _, k := range v.contacts {
		if k.Client == client {
			out = append(out, k)
		}
	}
	return out
}

// mailed reports whether an account of a party is mailed of changes.
func (v pageView) mailed(client string) bool {
	return slices.ContainsFunc(v.contactsOf(client), func(k identity.Contact) bool { return k.Mailed })
}
