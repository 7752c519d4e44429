package audit

import (
	"context"
	"fmt"
	"strings"

	"voordeur/internal/access"
	"voordeur/internal/db"
	"voordeur/internal/errs"
)

// maxNamed is the number of ids that naming takes in one statement.
const maxNamed = 50

const ids = `($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, $41, $42, $43, $44, $45, $46, $47, $48, $49, $50, $51)`

const nameQuery = `select 'document', id, title from document where tenant_id = $1 and id in ` + ids + `
	union all select 'message', id, subject from message where tenant_id = $1 and id in ` + ids + `
	union all select 'step', id, title from progress_step where tenant_id = $1 and id in ` + ids + `
	union all select 'account', id, name from account where tenant_id = $1 and id in ` + ids + `
	union all select 'mandate', m.id, c.name from mandate m join client c on c.tenant_id = m.tenant_id and c.id = m.client_id where m.tenant_id = $1 and m.id in ` + ids

// nameObjects fills in the names of the rows' objects, with one statement for the page.
func nameObjects(ctx context.Context, r db.Reader, tenant string, rows []Row) error {
	args := []any{tenant}
	seen := map[string]bool{}
	for _, row := range rows {
		for _, o := range row.Objects {
			if !seen[o.ID] && len(args) <= maxNamed {
				seen[o.ID] = true
				args = append(args, o.ID)
			}
		}
	}
	if len(args) == 1 {
		return nil
	}
	for len(args) <= maxNamed {
		args = append(args, "")
	}
	found, err := db.All(ctx, r, func(scan db.Scan) (Named, error) {
		var n Named
		err := scan(&n.Kind, &n.ID, &n.Name)
		return n, err
	}, nameQuery, args...)
	if err != nil {
		return fmt.Errorf("audit: names: %w", err)
	}
	by := map[Object]string{}
	for _, n := range found {
		by[n.Object] = n.Name
	}
	for _, row := range rows {
		for i, o := range row.Objects {
			row.Objects[i].Name = by[o.Object]
		}
	}
	return nil
}

// Match is somebody whom a typed name may mean. About tells him from namesakes: the role of an
// account, the number of a client.
type Match struct{ ID, Name, About string }

func scanMatch(scan db.Scan) (Match, error) {
	var m Match
	err := scan(&m.ID, &m.Name, &m.About)
	return m, err
}

// Accounts returns the accounts whose name holds what was typed, or whose e-mail address it is.
func Accounts(ctx context.Context, r db.Reader, a access.Staff, typed string) ([]Match, error) {
	if !a.Can(access.SeeJournal) {
		return nil, errs.New(errs.Forbidden, "")
	}
	typed = plain(typed)
	return db.All(ctx, r, scanMatch, `select id, name, role from account where tenant_id = $1
		and (lower(name) like $2 escape '\' or email_key = $3) order by name, id limit 10`, a.Scope().Tenant(), holds(typed), typed)
}

// Account returns one account by id.
func Account(ctx context.Context, r db.Reader, a access.Staff, id string) (Match, error) {
	return db.One(ctx, r, scanMatch, `select id, name, role from account where tenant_id = $1 and id = $2`, a.Scope().Tenant(), id)
}

// Clients returns the clients whose name or number holds what was typed.
func Clients(ctx context.Context, r db.Reader, a access.Staff, typed string) ([]Match, error) {
	if !a.Can(access.SeeJournal) {
		return nil, errs.New(errs.Forbidden, "")
	}
	return db.All(ctx, r, scanMatch, `select id, name, number from client where tenant_id = $1 and search like $2 escape '\'
		order by name, id limit 10`, a.Scope().Tenant(), holds(plain(typed)))
}

// Client returns one client by id.
func Client(ctx context.Context, r db.Reader, a access.Staff, id string) (Match, error) {
	return db.One(ctx, r, scanMatch, `select id, name, number from client where tenant_id = $1 and id = $2`, a.Scope().Tenant(), id)
}

// DossierByNumber returns the id of the dossier with exactly this number.
func DossierByNumber(ctx context.Context, r db.Reader, a access.Staff, number string) (string, error) {
	return db.One(ctx, r, db.Value[string], `select id from dossier where tenant_id = $1 and number = $2`, a.Scope().Tenant(), strings.TrimSpace(number))
}

func plain(typed string) string { return strings.ToLower(strings.TrimSpace(typed)) }

// holds makes a like-pattern of what somebody typed.
func holds(typed string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(typed) + "%"
}
