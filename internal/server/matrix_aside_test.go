package server_test

import (
	"maps"
	"slices"
	"strings"
)

// columns finds out which tables hold something of a dossier or of an account.
func (u *universe) columns() {
	u.t.Helper()
	u.beside = map[string]string{"dossier": "id <> $2 and $3 = $3"}
	for _, table := range u.tables {
		rows, err := u.raw.Query("select * from " + table + " where 1 = 0")
		must(u.t, err)
		names, err := rows.Columns()
		must(u.t, err)
		must(u.t, rows.Close())
		switch {
		case slices.Contains(names, "dossier_id") && slices.Contains(names, "account_id"):
			u.beside[table] = "(dossier_id <> $2 or $3 <> '' and account_id <> $3)"
		case slices.Contains(names, "dossier_id"):
			u.beside[table] = "dossier_id <> $2 and $3 = $3"
		case strings.HasSuffix(table, "_read"):
			u.beside[table] = "$2 = $2 and $3 <> '' and account_id <> $3"
		}
	}
}

// aside is a fingerprint of what the site has of other dossiers than the given one and, for a
// look, of other accounts. The journal has what else was looked at.
func (s *site) aside(dossier, account string) string {
	s.t.Helper()
	if dossier == "" {
		return ""
	}
	var all []part
	for _, table := range slices.Sorted(maps.Keys(s.beside)) {
		if table != "journal" {
			all = append(all, part{table, "select * from " + table + " where tenant_id = $1 and " + s.beside[table]})
		}
	}
	return s.prints(all, s.id, dossier, account)
}

// accounts is a fingerprint of what the site has of other accounts than the actor's.
func (s *site) accounts(a *actor) string {
	s.t.Helper()
	all := []part{{"account", `select * from account where tenant_id = $1 and id <> $2`}}
	for _, table := range []string{"session", "parked", "account_token", "unread", "document_read", "message_read", "upload", "notice", "absence"} {
		all = append(all, part{table, "select * from " + table + " where tenant_id = $1 and account_id <> $2"})
	}
	return s.prints(all, s.id, a.account)
}

// consistent checks what must be true of lists and unread marks after every change: each list
// holds exactly what its viewer sees, and nobody has a mark on what he does not see.
func (p *probe) consistent() {
	p.t.Helper()
	tr := p.site.truth()
	want, have := map[string]bool{}, map[string]bool{}
	for id, d := range tr.dossiers {
		want["all "+id] = true
		for account := range d.staff {
			want["staff:"+account+" "+id] = true
		}
		for client := range d.clients {
			if d.published {
				want["client:"+client+" "+id] = true
			}
		}
	}
	for id, d := range tr.dossiers {
		if d.department != "" {
			want["department:"+d.department+" "+id] = true
		}
	}
	for _, row := range p.list(`select viewer || ' ' || dossier_id from dossier_list where tenant_id = $1`, p.id) {
		have[row] = true
	}
	p.check(maps.Equal(want, have), "%s: the lists hold %d rows that are not what their viewers see (%d)", p, len(have), len(want))
	wrong := p.list(`select u.kind || ' ' || u.object_id from unread u
		join account a on a.tenant_id = u.tenant_id and a.id = u.account_id and a.face = 'portal'
		join dossier d on d.tenant_id = u.tenant_id and d.id = u.dossier_id
		left join document x on u.kind = 'document' and x.tenant_id = u.tenant_id and x.id = u.object_id
		where u.tenant_id = $1 and (d.published_at is null or u.kind = 'document' and (x.published_at is null or x.state <> 'released')
			or not exists (select 1 from dossier_party q where q.tenant_id = u.tenant_id and q.dossier_id = u.dossier_id and q.client_id = u.client_id))`, p.id)
	p.check(len(wrong) == 0, "%s: clients have marks on what they do not see: %v", p, wrong)
	unseen := p.list(`select u.kind || ' ' || u.object_id from unread u join account a on a.tenant_id = u.tenant_id and a.id = u.account_id and a.face = 'office'
		where u.tenant_id = $1 and not exists (select 1 from dossier_staff w where w.tenant_id = u.tenant_id and w.dossier_id = u.dossier_id and w.account_id = u.account_id)`, p.id)
	p.check(len(unseen) == 0, "%s: staff have marks in dossiers that are not theirs: %v", p, unseen)
}
