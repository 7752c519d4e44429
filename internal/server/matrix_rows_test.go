package server_test

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"strings"

	"voordeur/internal/access"
)

// row says how the matrix calls one route. Who may call it comes from the route's policy, what is
// visible to whom from the database; a row only knows the request. To add one:
//
//	{face: access.Office, route: "POST /dossiers/{dossier}/publish", want: 303, event: "dossier.published", form: []string{"on", "1"}},
//
// Every {name} of the route is an object of that kind (see kinds in matrix_objects_test.go; a new
// kind of object is added there, once), and is tried with every identifier of interest: own ones,
// those of others, of siblings, of the other tenant and one that was never given out. A route
// without a row and a row without a route fail the test.
type row struct {
	face  access.Face // "" for a route of both faces
	route string      // method and pattern, as in the route table

	// want is the answer to whom it is allowed and with objects of his own; also is another right
	// answer, for pages that differ by who is logged in.
	want, also int
	// event is the one entry that the journal gets from an allowed request: a look for a GET, a
	// change otherwise. "" is a page that is no look: it leaves the whole database as it was.
	event string
	// quiet is a change without an entry, or an open form that is refused as it is filled in.
	quiet bool

	form   []string // fields as name, value; <once>, <version>, <new> (a fresh e-mail address), <handler> and <client> are filled in
	query  []string // the same for the address
	header []string
	body   string // instead of a form
	multi  bool   // the form is multipart
	file   string // with this file

	// ids are the fields of the form, and inQuery those of the address, that hold an identifier:
	// name and kind. Each is tried with every identifier of its kind.
	ids, inQuery map[string]string
	// bad is the answer to an identifier in the form that the actor may not use: 404, or 422 where
	// the form comes back.
	bad int

	// shows returns what the page must say to an actor, for figures that no mark betrays.
	shows func(tr *truth, a *actor) string

	address bool // the {token} is a link to a new e-mail address
	office  bool // the {document} must be the office's own
	closed  int  // the answer to a client in a closed dossier, when it is another one
	running bool // the {dossier} must run: what is below a closed one is found, and not changed
	last    bool // ends the actor's session, so it is asked after all others
	mine    bool // the {upload} is the actor's own whether he still sees the dossier or not
	held    bool // the {document} must be one that the scanner stopped; any other route refuses those
	opens   bool // only a {document} that a browser shows is looked at; others are downloaded next
	own     bool // changes only what is of the actor's own account
	dead    bool // the {token} is of the actor himself, and none that is tried is one of his
	away    bool // the browser leaves for another party, which is remembered
	saml    bool // the {connection} must be one by SAML
	notes   bool // clients' messages are notes while it is asked
	preview bool // shows staff what a client sees, and nothing else
	offered bool // the {mandate} is one that was offered to the actor himself
	moving  bool // is never the same twice: it shows the journal, or has keys of its own
	// ready is SQL that makes the change possible again for the next actor: $1 is the tenant, $2
	// the last identifier of the address, if it has one.
	ready string
	extra bool // the {account} must be an extra one
}

var (
	portalFace, officeFace, docsFace = access.Portal, access.Office, access.Docs
	newDossier                       = []string{"once", "<once>", "version", "<version>", "number", "<once>", "title", "Titel", "status", "in_progress", "handler", "<handler>", "party", "<client>", "template", "levering"}
	tus                              = []string{"Tus-Resumable", "1.0.0"}
	newFile                          = []string{"Tus-Resumable", "1.0.0", "Upload-Length", "9", "Upload-Metadata", "filename c3R1ay5wZGY="}
	piece                            = []string{"Tus-Resumable", "1.0.0", "Upload-Offset", "0", "Content-Type", "application/offset+octet-stream"}
	newNote                          = []string{"once", "<once>", "body", "Tekst"}
	awayTill                         = []string{"until", "2026-12-24"}
	newMessage                       = []string{"once", "<once>", "subject", "Onderwerp", "body", "Tekst", "answers", "999"}
)

// typeDrafted gives a type a draft with another explanation.
const typeDrafted = `update dossier_type set draft = (select replace(v.definition, '"explanation":{"nl":"', '"explanation":{"nl":"x') from dossier_type_version v
	where v.tenant_id = $1 and v.type_id = $2 and v.number = latest) where tenant_id = $1 and id = $2`

// drafted is the entry of a change to a form that is being made, and edited what each such change carries.
const drafted = "questionnaire.form_drafted"

var edited = []string{"once", "<once>", "version", "<version>"}

// draftSource is a form that is being made, and draftAgain makes every draft of the world it once more.
const (
	draftSource = `{"format":1,"id":"x","title":{"nl":"Titel","en":"Title"},"pages":[{"id":"ontvangen","title":{"nl":"Pagina","en":"Page"},"questions":[{"id":"ontvangen","kind":"text","label":{"nl":"Vraag","en":"Question"}}]}]}`
	draftAgain  = `update form_draft set source = '` + draftSource + `' where tenant_id = $1 and id like 'draft%'`
)

// typeFile is a type as another organisation downloaded it.
const typeFile = `{"format": "voordeur-dossier-type/1", "key": "ingelezen", "name": {"nl": "Ingelezen", "en": "Read"}, "portal": true, "threshold": "intern", "offered": true,
	"confidentiality": "intern", "progress": "both", "statuses": []}`

// figures is what a client's Home says of his dossiers (N11).
func figures(tr *truth, a *actor) string {
	if !a.may("dossiers:see") {
		return ""
	}
	open, total := 0, 0
	for id, d := range tr.dossiers {
		if tr.sees(a, a.role, id) {
			total++
			open += bit(!d.closed)
		}
	}
	return fmt.Sprintf("%d in behandeling, %d totaal", open, total)
}

// typed is what the page shows of the form that is kept for the actor.
func typed(tr *truth, a *actor) string {
	if tr.parked[a.account] {
		return "p" + a.account[24:] + " "
	}
	return ""
}

// unreachable is the address of whom the world says that mail does not arrive there.
func unreachable(*truth, *actor) string { return "bas@bakkerijsmit.example" }

// ownFile is what the logo and the font of the site say.
func ownFile(tr *truth, _ *actor) string { return "of " + tr.letter }

// version is all that a form of settings must have.
var version = []string{"version", "<settings>", "do", "save"}

// picture is a logo, and font a file that begins as a font does.
var (
	picture = func() string {
		var b bytes.Buffer
		if err := png.Encode(&b, image.NewNRGBA(image.Rect(0, 0, 2, 2))); err != nil {
			panic(err)
		}
		return b.String()
	}()
	font = "wOF2\x00\x01\x00\x00\x00\x00\x00\x30\x00\x01" + strings.Repeat("\x00", 34)
)

// smallPDF is a file, and unsent brings an upload back to before its first byte.
const (
	smallPDF = "%PDF-1.7\n"
	// stillOpen makes a questionnaire one that nobody began, without a last day.
	stillOpen = `update questionnaire set state = 'open', completed_at = null, completed_by = null, due_on = null where tenant_id = $1 and id = $2`
	// answeredAll makes every item of a request one that its client has answered, askedAgain an item one that is asked for,
	// and handedIn one that was handed in.
	answeredAll = `update request_item set state = 'open', draft = 'none', saved_at = '2026-11-02T09:00:00.000000Z' where tenant_id = $1 and request_id = $2`
	// offeredAnew is an approval that waits for its client, and disagreed one that he did not agree with.
	offeredAnew = `update approval set state = 'offered', answered_at = null, answered_by = null, means = '', mandate_id = null, withdrawn_at = null, withdrawn_by = null where tenant_id = $1 and id = $2`
	disagreed   = `update approval set state = 'refused', answered_at = offered_at, answered_by = offered_by, means = 'login', withdrawn_at = null, withdrawn_by = null, settled_at = null where tenant_id = $1 and id = $2`
	askedAgain  = `update request_item set state = 'open' where tenant_id = $1 and id = $2`
	handedIn    = `update request_item set state = 'received', version = 0, answer = 'none', handed_at = (select max(created_at) from session), decided_at = null, decided_by = null where tenant_id = $1 and id = $2`
	settings    = "tenant.settings_changed"
	// begunAgain makes an account's application anew: it is called after the account.
	begunAgain = `insert into application (tenant_id, id, product_id, form_id, client_id, account_id, created_at, changed_at, ends_at)
		select a.tenant_id, 'app' || a.id, p.id, f.id, a.client_id, a.id, a.created_at, a.created_at, '2999-01-01T00:00:00.000000Z' from account a
		join product p on p.tenant_id = a.tenant_id and p.id = 'product1' join form f on f.tenant_id = a.tenant_id and f.name = p.form
		where a.tenant_id = $1 and 'app' || a.id = $2 on conflict do nothing`
	lost = `insert into unreachable (tenant_id, account_id, address, why, words, at) select tenant_id, id, email, 'full', '', created_at from account where tenant_id = $1 and id = $2
		on conflict (tenant_id, account_id) do update set clears_at = null`
	resetAsked = `insert into factor_reset (tenant_id, id, account_id, ground, asked_by, asked_at)
		select a.tenant_id, 'r' || (select count(*) from factor_reset) || a.id, a.id, 'x', (select min(h.id) from account h where h.tenant_id = a.tenant_id and h.role = 'handler'), a.created_at
		from account a where a.tenant_id = $1 and a.id = $2
		on conflict (tenant_id, account_id) where ended_at is null do update set due_at = null, confirmed_by = null, asked_by = excluded.asked_by`
	strange  = `update client set unmatched_at = created_at, matched_to = null where tenant_id = $1 and id = $2`
	numbered = `insert into identifier (tenant_id, id, client_id, kind, mac, value, added_at, added_by)
		select c.tenant_id, $2, c.id, 'kvk', c.wrapped_key, c.wrapped_key, c.created_at, '' from (select k.tenant_id, k.id, t.wrapped_key, k.created_at from client k join tenant t on t.id = k.tenant_id where k.tenant_id = $1
		and k.id = (select min(id) from client where tenant_id = $1)) c where true on conflict do nothing`
	addressAsked = `insert into asked_address (tenant_id, id, account_id, asked_at) select tenant_id, 'asked', id, created_at from account where tenant_id = $1 and id = $2
		on conflict (tenant_id, id) do update set account_id = excluded.account_id, outcome = '', ended_at = null, ended_by = null`
	managing    = `update account set rights = 'dossiers:see users:manage' where tenant_id = $1 and id = $2`
	passkeyMade = `insert into passkey (tenant_id, id, account_id, face, credential, public_key, name, sign_count, backup_eligible, backed_up, created_at)
		select a.tenant_id, a.id, a.id, a.face, p.public_key, p.public_key, 'Passkey', 0, false, false, a.created_at from account a, passkey p
		where a.tenant_id = $1 and a.id = $2 and p.tenant_id = $1 and p.face <> a.face and not exists (select 1 from passkey m where m.tenant_id = a.tenant_id and m.id = a.id) limit 1`
	unsent = `update upload set size = 9, received = 0, sha256 = null, blob_key = null, blob_size = null, blob_sum = null where tenant_id = $1 and id = $2`
)

// rows is the list of every route and how it is called.
var rows = []row{
	// Before and around the log-in, on both faces.
	{route: "GET /login", want: 200, also: 303, inQuery: map[string]string{"next": "dossier"}},
	{route: "POST /login", want: 422, quiet: true, form: []string{"email", "", "password", ""}},
	{route: "GET /login/code", want: 303},
	{route: "POST /login/code", want: 303, quiet: true, form: []string{"code", "123456"}},
	{route: "POST /login/code/send", want: 303, quiet: true, form: []string{"next", "/"}},
	{route: "POST /login/code/number", want: 303, quiet: true, form: []string{"phone", "06 12345678"}},
	{route: "GET /login/enrol/qr.png", want: 404},
	{face: portalFace, route: "POST /sms/reports/{secret}", want: 204, quiet: true, body: `{"reference":"` + never + `","status":"delivered"}`},
	{route: "GET /password", want: 200},
	{route: "POST /password", want: 422, quiet: true, form: []string{"email", "geen adres"}},
	{route: "GET /password/{token}", want: 200},
	{route: "POST /password/{token}", want: 303, event: "account.password_set", last: true, form: []string{"password", "Voordeur2027"}},
	{route: "POST /logout", want: 303, quiet: true, last: true, own: true},
	{route: "GET /confirm", want: 200, also: 303, inQuery: map[string]string{"next": "dossier"}},
	{route: "POST /confirm", want: 422, also: 303, quiet: true, form: []string{"password", ""}},
	{route: "POST /confirm/send", want: 303, quiet: true, form: []string{"next", "/"}},
	{route: "POST /login/passkey", want: 422, quiet: true, form: []string{"answer", ""}},
	{route: "POST /login/passkey/ask", want: 200, quiet: true, moving: true, ready: `delete from throttle where tenant_id = $1`},
	{route: "POST /login/code/passkey", want: 303, quiet: true, form: []string{"answer", "{}"}},
	{route: "POST /login/code/passkey/ask", want: 401, quiet: true},
	{route: "POST /confirm/passkey", want: 422, also: 303, quiet: true, form: []string{"answer", ""}},
	{route: "POST /confirm/passkey/ask", want: 200, also: 401, quiet: true, moving: true},
	// Nobody answers at the parties of the matrix: what a visitor sees is that page.
	{route: "GET /login/{connection}", want: 303, quiet: true, away: true, inQuery: map[string]string{"next": "dossier"}},
	{route: "GET /login/{connection}/return", want: 303, quiet: true, query: []string{"state", "x", "code", "x"}},
	{route: "GET /login/{connection}/out", want: 303, quiet: true},
	{route: "GET /login/{connection}/bye", want: 303, quiet: true},
	{route: "GET /login/{connection}/logout", want: 303, quiet: true, saml: true, query: []string{"RelayState", "x", "SAMLResponse", "x"}},
	{route: "POST /login/{connection}/return", want: 303, quiet: true, saml: true, form: []string{"RelayState", "x", "SAMLResponse", "x"}},
	{route: "GET /login/{connection}/metadata", want: 200, moving: true, saml: true},
	{route: "POST /login/{connection}/logout", want: 400, quiet: true, form: []string{"logout_token", "x"}},
	{route: "GET /help", want: 200},
	{route: "GET /accessibility", want: 200},
	{route: "GET /privacy", want: 200},
	{route: "GET /theme.css", want: 200},
	{route: "GET /robots.txt", want: 200},
	{route: "GET /.well-known/security.txt", want: 200},
	{route: "GET /logo", want: 200, shows: ownFile},
	{route: "GET /font", want: 200, shows: ownFile},

	// Files in pieces.
	{face: portalFace, route: "POST /dossiers/{dossier}/uploads", want: 201, closed: 409, quiet: true, header: newFile},
	{face: portalFace, route: "HEAD /dossiers/{dossier}/uploads/{upload}", want: 200, closed: 409, header: tus},
	{face: portalFace, route: "PATCH /dossiers/{dossier}/uploads/{upload}", want: 204, closed: 409, quiet: true, header: piece, body: smallPDF, ready: unsent, own: true},
	{face: portalFace, route: "DELETE /dossiers/{dossier}/uploads/{upload}", want: 204, quiet: true, header: tus, ready: unsent, mine: true, own: true},
	{face: officeFace, route: "POST /dossiers/{dossier}/uploads", want: 201, quiet: true, header: newFile},
	{face: officeFace, route: "HEAD /dossiers/{dossier}/uploads/{upload}", want: 200, header: tus},
	{face: officeFace, route: "PATCH /dossiers/{dossier}/uploads/{upload}", want: 204, quiet: true, header: piece, body: smallPDF, ready: unsent, own: true},
	{face: officeFace, route: "DELETE /dossiers/{dossier}/uploads/{upload}", want: 204, quiet: true, header: tus, ready: unsent, mine: true, own: true},

	// The host of documents.
	{face: docsFace, route: "GET /view/{ticket}/{filename}", want: 200},

	// The portal.
	{face: portalFace, route: "GET /{$}", want: 200, shows: figures},
	{face: portalFace, route: "GET /profile", want: 200},
	{face: portalFace, route: "POST /profile/notifications", want: 303, event: "account.notify_changed", form: []string{"groups", "messages"}, own: true},
	{face: portalFace, route: "GET /profile/accounts", want: 200},
	{face: portalFace, route: "POST /profile/accounts", want: 303, event: "account.invited", form: []string{"once", "<once>", "name", "Nieuw", "email", "<new>"}},
	{face: portalFace, route: "GET /profile/accounts/{account}", want: 200},
	{
		face: portalFace, route: "POST /profile/accounts/{account}/resend", want: 303, event: "account.reinvited", form: []string{"once", "<once>"},
		ready: `update account set state = 'invited' where tenant_id = $1 and id = $2`,
	},
	{face: portalFace, route: "GET /profile/accounts/{account}/remove", want: 200},
	{face: portalFace, route: "POST /profile/accounts/{account}/remove", want: 303, event: "account.removed", ready: `update account set removed_at = null where tenant_id = $1 and id = $2`},
	{face: portalFace, route: "GET /profile/accounts/{account}/edit", want: 200},
	{
		// Of these rights whoever manages users alone cannot give the first, which stays.
		face: portalFace, route: "POST /profile/accounts/{account}/edit", want: 303, event: "account.changed",
		form: []string{"name", "<once>", "was", "dossiers:see users:manage", "rights", "users:manage"}, ready: managing,
	},
	{face: portalFace, route: "GET /profile/accounts/new", want: 200},
	{face: portalFace, route: "POST /profile/accounts/new", want: 303, quiet: true, form: []string{"once", "<once>", "name", "Nieuw", "email", "<new>"}},
	{face: portalFace, route: "GET /profile/accounts/new/rights", want: 303},
	{face: portalFace, route: "POST /profile/accounts/new/rights", want: 303, quiet: true, form: []string{"draft", "<once>", "rights", "users:manage"}},
	{face: portalFace, route: "GET /profile/accounts/new/confirm", want: 303},
	{face: portalFace, route: "POST /profile/accounts/new/confirm", want: 303, quiet: true, form: []string{"draft", "<once>"}},
	{face: portalFace, route: "GET /profile/address", want: 404},
	{face: portalFace, route: "POST /profile/address", want: 404, quiet: true, form: []string{"street", "Straat 1", "postcode", "1234 AB", "city", "Plaats"}, own: true},
	{face: portalFace, route: "POST /profile/address/withdraw", want: 404, quiet: true, form: []string{"asked", "asked"}, own: true},
	{face: portalFace, route: "POST /profile/contact", want: 303, event: "account.phone_changed", form: []string{"once", "<once>", "phone", "06 12345678"}, own: true},
	{face: portalFace, route: "POST /profile/contact/later", want: 303, event: "account.ask_put_away", ready: `update account set ask_put_away_at = null where tenant_id = $1`, own: true},
	{face: portalFace, route: "GET /email/{token}", want: 200, address: true},
	{face: portalFace, route: "POST /email/{token}", want: 303, event: "account.email_changed", address: true, last: true},
	{face: portalFace, route: "POST /profile/language", want: 303, event: "account.language_changed", form: []string{"language", "en"}, own: true},
	{face: portalFace, route: "GET /profile/two-step/app", want: 200, moving: true},
	{face: portalFace, route: "POST /profile/two-step/app", want: 422, quiet: true, form: []string{"once", "<once>", "code", "123"}, own: true},
	{face: portalFace, route: "GET /profile/two-step/qr.png", want: 200, query: []string{"once", "page"}},
	// Neither site sends PINs by post: pin_test.go has those that do (A25).
	{face: portalFace, route: "GET /profile/pin", want: 403},
	{face: portalFace, route: "POST /profile/pin", want: 403, quiet: true, form: []string{"phone", "06 12345678", "pin", "12345678"}, own: true},
	{face: portalFace, route: "GET /profile/two-step/phone", want: 200},
	{face: portalFace, route: "POST /profile/two-step/phone", want: 422, quiet: true, form: []string{"phone", "12"}, own: true},
	{face: portalFace, route: "GET /profile/two-step/phone/code", want: 303},
	{face: portalFace, route: "POST /profile/two-step/phone/code", want: 303, quiet: true, form: []string{"once", "<once>", "code", "123456"}, own: true},
	{face: portalFace, route: "GET /profile/two-step/codes", want: 200},
	{face: portalFace, route: "POST /profile/two-step/codes", want: 303, event: "account.recovery_codes_made", own: true},
	{face: portalFace, route: "GET /profile/two-step/remove", want: 200, query: []string{"kind", "totp"}},
	{face: portalFace, route: "POST /profile/two-step/remove", want: 303, event: "account.factor_unlinked", form: []string{"kind", "totp"}, own: true, last: true},
	{face: portalFace, route: "GET /profile/two-step/passkey", want: 200},
	{face: portalFace, route: "POST /profile/two-step/passkey", want: 422, quiet: true, form: []string{"answer", "{}"}, own: true},
	{face: portalFace, route: "POST /profile/two-step/passkey/ask", want: 200, quiet: true, own: true, moving: true},
	{face: portalFace, route: "GET /profile/two-step/passkey/{passkey}", want: 200},
	{face: portalFace, route: "POST /profile/two-step/passkey/{passkey}", want: 303, event: "account.passkey_renamed", form: []string{"name", "Mijn telefoon"}, own: true},
	{face: portalFace, route: "GET /profile/two-step/passkey/{passkey}/remove", want: 200},
	{face: portalFace, route: "POST /profile/two-step/passkey/{passkey}/remove", want: 303, event: "account.factor_unlinked", own: true, last: true, ready: passkeyMade},
	{face: portalFace, route: "GET /profile/mandates", want: 200},
	{face: portalFace, route: "GET /profile/mandates/new", want: 200},
	{
		face: portalFace, route: "POST /profile/mandates/new", want: 303, event: "mandate.given",
		form: []string{"once", "<once>", "email", "<new>", "ground", "proxy", "rights", "dossiers:see", "rights", "messages:see"},
	},
	{face: portalFace, route: "GET /profile/mandates/{mandate}", want: 200},
	{
		face: portalFace, route: "POST /profile/mandates/{mandate}/accept", want: 303, event: "mandate.accepted", offered: true,
		ready: `update mandate set accepted_at = null, revoked_at = null, ends_at = null, created_at = (select max(created_at) from session) where tenant_id = $1 and id = $2`,
	},
	{face: portalFace, route: "POST /profile/mandates/{mandate}/end", want: 303, event: "mandate.ended", ready: `update mandate set revoked_at = null, ends_at = null where tenant_id = $1 and id = $2`},
	{face: portalFace, route: "GET /sessions", want: 200},
	{face: portalFace, route: "POST /sessions/end", want: 404, quiet: true, form: []string{"session", "none"}, own: true},
	{face: portalFace, route: "POST /sessions/end-others", want: 303, quiet: true, own: true},
	{face: portalFace, route: "GET /session/left", want: 200, moving: true},
	{face: portalFace, route: "POST /session/stay", want: 200, quiet: true, own: true},
	{face: portalFace, route: "GET /login/first", want: 303},
	{face: portalFace, route: "POST /login/first", want: 303, quiet: true, form: []string{"current", "abcd-efgh-jkmn", "password", "Nieuwwacht1", "repeat", "Nieuwwacht1"}},
	{face: portalFace, route: "GET /login/contact", want: 303},
	{face: portalFace, route: "POST /login/contact", want: 303, quiet: true, form: []string{"email", "<new>"}},
	{face: portalFace, route: "GET /profile/proof/{token}", want: 200, dead: true},
	{
		face: portalFace, route: "POST /profile/proof", want: 303, event: "account.proof_mailed", own: true,
		ready: `update account set email_unproved = true where tenant_id = $1 and face = 'portal'`,
	},
	{face: portalFace, route: "POST /profile/proof/{token}", want: 303, dead: true},
	{face: portalFace, route: "GET /profile/password", want: 200},
	{face: portalFace, route: "POST /profile/password", want: 422, quiet: true, form: []string{"current", "Geraden1", "password", "Nieuwwacht1"}, own: true},
	{face: portalFace, route: "GET /resume", want: 303, also: 200, shows: typed},
	{face: portalFace, route: "POST /resume/drop", want: 303, quiet: true, own: true},
	{face: portalFace, route: "GET /dossiers", want: 200, query: []string{"q", "gezocht", "status", "in_progress", "status", "closed"}},
	{face: portalFace, route: "GET /dossiers/{dossier}", want: 200, event: "dossier.viewed"},
	{face: portalFace, route: "GET /dossiers/{dossier}/documents/{document}", want: 200, event: "document.read"},
	{face: portalFace, route: "GET /dossiers/{dossier}/documents/{document}/open", want: 303, event: "document.read", opens: true},
	{face: portalFace, route: "GET /dossiers/{dossier}/documents/new", want: 200, closed: 409},
	{
		face: portalFace, route: "POST /dossiers/{dossier}/documents/new", want: 303, closed: 409, event: "document.added", multi: true,
		form: []string{"once", "<once>", "type", "overig", "document_title", "Titel"}, file: smallPDF, ids: map[string]string{"upload": "upload"}, bad: 404,
	},
	{face: portalFace, route: "GET /dossiers/{dossier}/looks", want: 200, event: "dossier.looks_viewed", moving: true},
	{face: portalFace, route: "GET /dossiers/{dossier}/messages/new", want: 200, closed: 409},
	{
		face: portalFace, route: "POST /dossiers/{dossier}/messages/new", want: 303, closed: 409, event: "message.sent", multi: true, form: newMessage,
		ids: map[string]string{"upload": "upload", "reply_to": "message"}, bad: 404,
	},
	{face: portalFace, route: "GET /dossiers/{dossier}/messages/{message}", want: 200, event: "message.read"},

	{face: portalFace, route: "GET /actions", want: 200},
	{face: portalFace, route: "GET /dossiers/{dossier}/questionnaires/{questionnaire}", want: 200, event: "questionnaire.read"},
	{face: portalFace, route: "POST /dossiers/{dossier}/questionnaires/{questionnaire}", want: 422, event: "questionnaire.read", multi: true, form: []string{"once", "<once>", "page", "koper", "version", "0"}, ready: stillOpen},
	{face: portalFace, route: "POST /dossiers/{dossier}/questionnaires/{questionnaire}/complete", want: 409, also: 303, event: "questionnaire.read", ready: stillOpen},

	{face: portalFace, route: "GET /approvals", want: 200},
	{face: portalFace, route: "GET /dossiers/{dossier}/approvals/{approval}", want: 200, event: "approval.read"},
	{face: portalFace, route: "POST /dossiers/{dossier}/approvals/{approval}", want: 303, running: true, event: "approval.agreed", form: []string{"choice", "agree"}, ready: offeredAnew},
	{face: portalFace, route: "GET /dossiers/{dossier}/requests/{request}", want: 200, event: "request.read"},
	{face: portalFace, route: "POST /dossiers/{dossier}/requests/{request}", want: 303, running: true, event: "request.handed_in", form: []string{"once", "<once>"}, ready: answeredAll},
	{face: portalFace, route: "GET /dossiers/{dossier}/requested/{item}", want: 200, also: 303, event: "request.read"},
	{
		face: portalFace, route: "POST /dossiers/{dossier}/requested/{item}", want: 303, running: true, event: "request.saved", multi: true, form: []string{"once", "<once>", "way", "files", "said", "Antwoord"}, file: smallPDF,
		ids: map[string]string{"upload": "upload"}, bad: 404, ready: askedAgain,
	},

	// The e-loket: its catalogue is open to visitors, what is filled in is its account's.
	{face: portalFace, route: "GET /products", want: 200, query: []string{"q", "loket"}},
	{face: portalFace, route: "GET /products/{product}", want: 200, also: 303},
	{face: portalFace, route: "POST /products/{product}/start", want: 303, also: 403, quiet: true},
	{face: portalFace, route: "GET /products/{product}/form", want: 303},
	{face: portalFace, route: "POST /products/{product}/form", want: 410, quiet: true, multi: true, form: []string{"page", "koper"}},
	{face: portalFace, route: "POST /products/{product}/discard", want: 303, quiet: true},
	{face: portalFace, route: "GET /applications/{application}", want: 200, event: "application.read"},
	{face: portalFace, route: "POST /applications/{application}", want: 422, event: "application.read", multi: true, form: []string{"once", "<once>", "page", "koper", "version", "0"}},
	{face: portalFace, route: "POST /applications/{application}/send", want: 409, event: "application.read"},
	{face: portalFace, route: "POST /applications/{application}/discard", want: 303, event: "application.discarded", own: true, ready: begunAgain},

	// The office.
	{face: officeFace, route: "GET /{$}", want: 200},
	{face: officeFace, route: "GET /profile", want: 200},
	{face: officeFace, route: "POST /profile/language", want: 303, event: "account.language_changed", form: []string{"language", "en"}, own: true},
	{face: officeFace, route: "GET /profile/two-step/passkey", want: 200},
	{face: officeFace, route: "POST /profile/two-step/passkey", want: 422, quiet: true, form: []string{"answer", "{}"}, own: true},
	{face: officeFace, route: "POST /profile/two-step/passkey/ask", want: 200, quiet: true, own: true, moving: true},
	{face: officeFace, route: "GET /profile/two-step/passkey/{passkey}", want: 200},
	{face: officeFace, route: "POST /profile/two-step/passkey/{passkey}", want: 303, event: "account.passkey_renamed", form: []string{"name", "Mijn telefoon"}, own: true},
	{face: officeFace, route: "GET /profile/two-step/passkey/{passkey}/remove", want: 200},
	{face: officeFace, route: "POST /profile/two-step/passkey/{passkey}/remove", want: 303, event: "account.factor_unlinked", own: true, last: true, ready: passkeyMade},
	{face: officeFace, route: "GET /sessions", want: 200},
	{face: officeFace, route: "POST /sessions/end", want: 404, quiet: true, form: []string{"session", "none"}, own: true},
	{face: officeFace, route: "POST /sessions/end-others", want: 303, quiet: true, own: true},
	{face: officeFace, route: "GET /session/left", want: 200, moving: true},
	{face: officeFace, route: "POST /session/stay", want: 200, quiet: true, own: true},
	{face: officeFace, route: "GET /settings/languages", want: 200},
	{face: officeFace, route: "POST /settings/languages", want: 303, event: settings, form: append(version, "languages", "nl", "languages", "en", "apply", "next_login")},
	{face: officeFace, route: "GET /settings/contact", want: 200},
	{face: officeFace, route: "POST /settings/contact", want: 303, event: settings, form: append(version, "email", "edit", "phone", "edit")},
	{face: officeFace, route: "GET /settings/sessions", want: 200},
	{face: officeFace, route: "POST /settings/sessions", want: 303, event: settings, form: append(version, "idle", "30", "hours", "10")},
	{face: officeFace, route: "GET /profile/password", want: 200},
	{face: officeFace, route: "POST /profile/password", want: 422, quiet: true, form: []string{"current", "Geraden1", "password", "Nieuwwacht1"}, own: true},
	{face: officeFace, route: "GET /resume", want: 303, also: 200, shows: typed},
	{face: officeFace, route: "POST /resume/drop", want: 303, quiet: true, own: true},
	{face: officeFace, route: "GET /journal", want: 200, event: "journal.viewed", moving: true},
	{face: officeFace, route: "GET /settings", want: 200},
	{face: officeFace, route: "GET /settings/style", want: 200},
	{face: officeFace, route: "POST /settings/style", want: 422, quiet: true, form: version},
	{face: officeFace, route: "GET /settings/style/preview.css", want: 200},
	{face: officeFace, route: "GET /settings/style/import", want: 200},
	{face: officeFace, route: "POST /settings/style/import", want: 422, quiet: true, multi: true, form: version, file: smallPDF},
	{face: officeFace, route: "GET /settings/logo", want: 200},
	{face: officeFace, route: "POST /settings/logo", want: 303, event: settings, multi: true, form: version, file: picture},
	{face: officeFace, route: "POST /settings/logo/remove", want: 303, event: settings, form: version},
	{face: officeFace, route: "POST /settings/logo/font", want: 303, event: settings, multi: true, form: version, file: font},
	{face: officeFace, route: "GET /settings/modules", want: 200},
	{face: officeFace, route: "POST /settings/modules", want: 303, event: settings, form: append(version, "modules", "dossiers", "modules", "messages", "modules", "profile", "modules", "mandates")},
	{face: officeFace, route: "GET /settings/labels", want: 200},
	{face: officeFace, route: "POST /settings/labels", want: 303, event: settings, form: version},
	{face: officeFace, route: "GET /settings/dossiers", want: 200, moving: true},
	{face: officeFace, route: "POST /settings/dossiers", want: 422, quiet: true, form: version},
	{face: officeFace, route: "GET /settings/sender", want: 200},
	{face: officeFace, route: "POST /settings/sender", want: 303, event: settings, form: append(version, "from", "portaal@office.example")},
	{face: officeFace, route: "GET /settings/mails", want: 200},
	{face: officeFace, route: "GET /settings/mails/{mail}", want: 200},
	{face: officeFace, route: "POST /settings/mails/{mail}", want: 303, event: settings, form: version},
	{face: officeFace, route: "GET /settings/password", want: 200},
	{face: officeFace, route: "POST /settings/password", want: 422, quiet: true, form: version},
	{face: officeFace, route: "GET /settings/signing", want: 200},
	{face: officeFace, route: "POST /settings/signing", want: 303, event: settings, form: append(version, "means", "login")},
	{face: officeFace, route: "GET /settings/second-factor", want: 200},
	{face: officeFace, route: "POST /settings/second-factor", want: 303, event: settings, form: append(version, "policy", "optional", "means", "totp", "recovery", "on")},
	{face: officeFace, route: "GET /settings/accounts", want: 200},
	{face: officeFace, route: "POST /settings/accounts", want: 303, event: settings, form: append(version, "rights", "on")},
	{face: officeFace, route: "GET /settings/sms", want: 200},
	{face: officeFace, route: "POST /settings/sms", want: 422, quiet: true, form: version},
	{face: officeFace, route: "GET /settings/activation", want: 200},
	{face: officeFace, route: "POST /settings/activation", want: 303, event: settings, form: append(version, "channel", "letter", "after", "login_to_profile")},
	{face: officeFace, route: "GET /settings/files", want: 200},
	{face: officeFace, route: "POST /settings/files", want: 422, quiet: true, form: version},
	{face: officeFace, route: "GET /clients", want: 200, event: "client.listed", inQuery: map[string]string{"id": "client"}},
	{face: officeFace, route: "GET /clients/new", want: 200},
	{face: officeFace, route: "POST /clients/new", want: 303, event: "client.created", form: []string{"once", "<once>", "kind", "person", "name", "Nieuw"}},
	{face: officeFace, route: "GET /clients/{client}", want: 200, event: "client.viewed"},
	{face: officeFace, route: "POST /clients/{client}/accounts", want: 303, event: "account.invited", form: []string{"once", "<once>", "name", "Nieuw", "email", "<new>"}},
	{
		face: officeFace, route: "POST /clients/{client}/accounts/{account}/resend", want: 303, event: "account.reinvited", form: []string{"once", "<once>"},
		ready: `update account set state = 'invited', stage = '' where tenant_id = $1 and id = $2`,
	},
	{face: officeFace, route: "POST /clients/{client}/accounts/{account}/block", want: 303, event: "account.blocked", ready: `update account set state = 'active' where tenant_id = $1 and id = $2`},
	{face: officeFace, route: "POST /clients/{client}/accounts/{account}/unblock", want: 303, event: "account.unblocked", ready: `update account set state = 'blocked' where tenant_id = $1 and id = $2`},
	{face: officeFace, route: "GET /clients/{client}/accounts/{account}/rights", want: 200, event: "client.viewed", extra: true},
	{
		face: officeFace, route: "POST /clients/{client}/accounts/{account}/rights", want: 303, event: "account.changed", extra: true,
		form: []string{"name", "<once>", "was", "dossiers:see users:manage", "rights", "dossiers:see"}, ready: managing,
	},
	{face: officeFace, route: "GET /letters", want: 200, event: "letter.listed"},
	{
		face: officeFace, route: "POST /letters/{letter}/print", want: 200, event: "letter.printed",
		ready: `update letter set state = 'to_print', printed_at = null, printed_by = null where tenant_id = $1 and id = $2`,
	},
	{
		face: officeFace, route: "POST /letters/print", want: 200, event: "letter.printed",
		ready: `update letter set state = 'to_print', printed_at = null, printed_by = null where tenant_id = $1 and content is not null`,
	},
	{face: officeFace, route: "POST /letters/{letter}/revoke", want: 303, event: "letter.revoked", ready: `update letter set state = 'printed' where tenant_id = $1 and id = $2`},
	{face: officeFace, route: "POST /clients/{client}/letters", want: 303, event: "account.lettered", form: []string{"once", "<once>", "name", "Nieuw", "user_name", "<once>"}},
	{face: officeFace, route: "GET /clients/{client}/accounts/{account}/pin", want: 403},
	{face: officeFace, route: "POST /clients/{client}/accounts/{account}/pin", want: 403, quiet: true, form: []string{"once", "<once>"}},
	{face: officeFace, route: "GET /clients/{client}/accounts/{account}/letter", want: 200, event: "client.viewed"},
	{
		face: officeFace, route: "POST /clients/{client}/accounts/{account}/letter", want: 303, event: "account.lettered", form: []string{"once", "<once>", "address", "Straat 1"},
		ready: `update account set state = 'active' where tenant_id = $1 and id = $2`,
	},
	{face: officeFace, route: "GET /addresses", want: 200, event: "account.addresses_listed"},
	{face: officeFace, route: "GET /clients/{client}/accounts/{account}/home-address", want: 303},
	{
		face: officeFace, route: "POST /clients/{client}/accounts/{account}/home-address/accept", want: 303, event: "account.address_accepted",
		form: []string{"asked", "asked"}, ready: addressAsked,
	},
	{
		face: officeFace, route: "POST /clients/{client}/accounts/{account}/home-address/refuse", want: 303, event: "account.address_refused",
		form: []string{"asked", "asked", "reason", "Reden"}, ready: addressAsked,
	},
	{face: officeFace, route: "GET /resets", want: 200, event: "account.resets_listed"},
	{face: officeFace, route: "GET /settings/entry", want: 200},
	{face: officeFace, route: "POST /settings/entry", want: 303, event: settings, form: append(version, "bsn", "Wabb, artikel 10")},
	{face: officeFace, route: "GET /settings/products", want: 200},
	{face: officeFace, route: "GET /settings/products/new", want: 200},
	{face: officeFace, route: "POST /settings/products/new", want: 422, quiet: true, form: []string{"once", "<once>"}},
	{face: officeFace, route: "GET /settings/products/{product}", want: 200},
	{face: officeFace, route: "POST /settings/products/{product}", want: 422, quiet: true, form: []string{"version", "1"}},
	{face: officeFace, route: "GET /settings/types", want: 200},
	{face: officeFace, route: "GET /settings/types/new", want: 200},
	{face: officeFace, route: "POST /settings/types/new", want: 303, event: "dossier_type.created", form: []string{"once", "<once>", "name_nl", "<once>", "name_en", "New"}},
	{
		face: officeFace, route: "POST /settings/types/import", want: 303, event: "dossier_type.created", multi: true, file: typeFile,
		ready: `delete from dossier_type where tenant_id = $1 and key = 'ingelezen'`,
	},
	{face: officeFace, route: "GET /settings/types/{type}", want: 200},
	{face: officeFace, route: "GET /settings/types/{type}/export", want: 200},
	{face: officeFace, route: "POST /settings/types/{type}/use", want: 303, event: "dossier_type.used", form: []string{"version", "<version>"}, ready: typeDrafted},
	{face: officeFace, route: "POST /settings/types/{type}/discard", want: 303, event: "dossier_type.discarded", form: []string{"version", "<version>"}, ready: typeDrafted},
	{face: officeFace, route: "GET /settings/types/{type}/general", want: 200},
	{
		face: officeFace, route: "POST /settings/types/{type}/general", want: 303, event: "dossier_type.drafted",
		form: []string{"version", "<version>", "name_nl", "<once>", "name_en", "New", "portal", "on", "threshold", "zaakvertrouwelijk", "rank", "intern", "progress", "both"},
	},
	{face: officeFace, route: "GET /settings/types/{type}/statuses/{key}", want: 200},
	{
		face: officeFace, route: "POST /settings/types/{type}/statuses/{key}", want: 303, event: "dossier_type.drafted",
		form: []string{"version", "<version>", "name_nl", "<once>", "name_en", "New", "portal", "on", "colour", "info"},
	},
	{face: officeFace, route: "GET /settings/types/{type}/results/{key}", want: 200},
	{
		face: officeFace, route: "POST /settings/types/{type}/results/{key}", want: 303, event: "dossier_type.drafted",
		form: []string{"version", "<version>", "name_nl", "<once>", "name_en", "New"},
	},
	{face: officeFace, route: "GET /settings/types/{type}/documents/{key}", want: 200},
	{
		face: officeFace, route: "POST /settings/types/{type}/documents/{key}", want: 303, event: "dossier_type.drafted",
		form: []string{"version", "<version>", "name_nl", "<once>", "name_en", "New", "deliver", "on"},
	},
	{face: officeFace, route: "GET /settings/connections", want: 200},
	{face: officeFace, route: "GET /settings/connections/new", want: 200},
	{face: officeFace, route: "POST /settings/connections/new", want: 303, event: "connection.made", form: []string{"once", "<once>", "kind", "other", "name", "Nieuw"}},
	{face: officeFace, route: "GET /settings/connections/{connection}", want: 200},
	{face: officeFace, route: "POST /settings/connections/{connection}", want: 422, quiet: true, form: []string{"version", "1"}},
	{face: officeFace, route: "GET /settings/connections/{connection}/keys", want: 200, saml: true},
	{face: officeFace, route: "GET /settings/connections/{connection}/keys/switch", want: 200, saml: true},
	{face: officeFace, route: "POST /settings/connections/{connection}/keys/prepare", want: 409, quiet: true, saml: true, form: []string{"version", "1", "once", "<once>"}},
	{face: officeFace, route: "POST /settings/connections/{connection}/keys/bring", want: 422, quiet: true, saml: true, multi: true, form: []string{"version", "1", "once", "<once>"}, file: "no key"},
	{face: officeFace, route: "POST /settings/connections/{connection}/keys/switch", want: 409, quiet: true, saml: true, form: []string{"version", "0", "once", "<once>"}},
	{face: officeFace, route: "POST /settings/connections/{connection}/keys/drop", want: 409, quiet: true, saml: true, form: []string{"version", "0", "once", "<once>"}},
	{face: officeFace, route: "POST /settings/connections/{connection}/keys/line", want: 422, quiet: true, saml: true, multi: true, form: []string{"version", "1", "once", "<once>"}, file: "no key"},
	{face: officeFace, route: "POST /settings/connections/{connection}/keys/line/remove", want: 409, quiet: true, saml: true, form: []string{"version", "0", "once", "<once>"}},
	{face: officeFace, route: "GET /unmatched", want: 200, event: "client.unmatched_listed"},
	{face: officeFace, route: "GET /unmatched/{stranger}", want: 200, event: "client.viewed"},
	{face: officeFace, route: "POST /unmatched/{stranger}/match", want: 303, event: "client.matched", form: []string{"to", "<client>"}, ids: map[string]string{"to": "person"}, bad: 404, ready: strange},
	{face: officeFace, route: "POST /unmatched/{stranger}/accept", want: 303, event: "client.accepted", form: []string{"name", "Bekend"}, ready: strange},
	{face: officeFace, route: "GET /clients/{client}/identifiers", want: 200, event: "client.viewed"},
	{face: officeFace, route: "POST /clients/{client}/identifiers", want: 422, quiet: true, form: []string{"kind", "kvk", "value", "1"}},
	{face: officeFace, route: "POST /clients/{client}/identifiers/{identifier}/show", want: 200, event: "client.identifier_seen"},
	{
		face: officeFace, route: "POST /clients/{client}/identifiers/{identifier}/remove", want: 303, event: "client.identifier_removed",
		ready: numbered,
	},
	{face: officeFace, route: "GET /clients/{client}/mandates", want: 200, event: "client.viewed"},
	{
		face: officeFace, route: "POST /clients/{client}/mandates", want: 303, event: "mandate.recorded",
		form:  []string{"once", "<once>", "email", "p.vanhouten@post.example", "ground", "parent", "rights", "dossiers:see", "proof_kind", "court", "proof", "Kenmerk 1"},
		ready: `update mandate set revoked_at = created_at where tenant_id = $1 and client_id = $2 and email = 'p.vanhouten@post.example'`,
	},
	{
		face: officeFace, route: "POST /clients/{client}/mandates/{mandate}/end", want: 303, event: "mandate.ended",
		ready: `update mandate set revoked_at = null, ends_at = null where tenant_id = $1 and id = $2`,
	},
	{face: officeFace, route: "GET /unreachable", want: 200, event: "client.unreachable_listed", inQuery: map[string]string{"id": "client"}, shows: unreachable},
	{face: officeFace, route: "GET /clients/{client}/accounts/{account}/address", want: 200, event: "client.viewed"},
	{
		// In other capitals, so that the account is found again.
		face: officeFace, route: "POST /clients/{client}/accounts/{account}/address", want: 303, event: "account.email_changed", form: []string{"was", "<email>", "email", "<EMAIL>"},
		ready: `update account set email = email_key where tenant_id = $1 and id = $2`,
	},
	{face: officeFace, route: "POST /clients/{client}/accounts/{account}/again", want: 303, event: "account.mailed_again", form: []string{"once", "<once>"}, ready: lost},
	{face: officeFace, route: "POST /clients/{client}/accounts/{account}/reached", want: 303, event: "account.reached", ready: lost},
	{face: officeFace, route: "GET /clients/{client}/accounts/{account}/reset", want: 200, event: "client.viewed"},
	{
		face: officeFace, route: "POST /clients/{client}/accounts/{account}/reset", want: 303, event: "account.reset_asked", form: []string{"ground", "Was op kantoor"},
		ready: `update factor_reset set ended_at = asked_at where tenant_id = $1 and account_id = $2`,
	},
	{face: officeFace, route: "POST /clients/{client}/accounts/{account}/reset/confirm", want: 303, event: "account.reset_confirmed", ready: resetAsked},
	{face: officeFace, route: "POST /clients/{client}/accounts/{account}/reset/withdraw", want: 303, event: "account.reset_withdrawn", ready: resetAsked},
	{face: officeFace, route: "GET /dossiers", want: 200, event: "dossier.listed", inQuery: map[string]string{"department": "department"}, query: []string{"q", "gezocht", "status", "in_progress", "status", "closed"}},
	{face: officeFace, route: "GET /dossiers/new", want: 200, inQuery: map[string]string{"party": "client"}},
	{face: officeFace, route: "POST /dossiers/new", want: 303, event: "dossier.created", form: newDossier, ids: map[string]string{"handler": "handler", "party": "client"}, bad: 422},
	{face: officeFace, route: "GET /dossiers/bulk", want: 422, query: []string{"act", "status"}},
	{
		face: officeFace, route: "POST /dossiers/bulk", want: 422, also: 200, quiet: true, form: []string{"once", "<once>", "act", "publish", "do", "look"},
		ids: map[string]string{"dossier": "dossier"}, bad: 404,
	},
	{face: officeFace, route: "GET /dossiers/{dossier}", want: 200, event: "dossier.viewed"},
	{face: officeFace, route: "GET /dossiers/{dossier}/as-client", want: 303, also: 200, event: "dossier.viewed"},
	{face: officeFace, route: "GET /dossiers/{dossier}/as-client/{client}", want: 200, event: "dossier.viewed_as_client", preview: true},
	{face: officeFace, route: "GET /dossiers/{dossier}/edit", want: 200, event: "dossier.viewed"},
	{face: officeFace, route: "POST /dossiers/{dossier}/edit", want: 303, event: "dossier.changed", form: newDossier, ids: map[string]string{"handler": "handler", "party": "client"}, bad: 422},
	{face: officeFace, route: "GET /dossiers/{dossier}/status", want: 200, event: "dossier.viewed"},
	{face: officeFace, route: "POST /dossiers/{dossier}/status", want: 303, event: "dossier.status_set", form: []string{"version", "<version>", "status", "in_progress", "note", "<once>", "reason", "Toch niet klaar"}},
	{
		face: officeFace, route: "POST /dossiers/{dossier}/publish", want: 303, event: "dossier.unpublished", form: []string{"on", ""},
		ready: `update dossier set published_at = created_at where tenant_id = $1 and id = $2`,
	},
	{face: officeFace, route: "POST /dossiers/{dossier}/steps/{step}", want: 303, event: "progress.done", form: []string{"on", "1"}, ready: `update progress_step set done_at = null where tenant_id = $1 and id = $2`},
	{face: officeFace, route: "POST /dossiers/{dossier}/documents", want: 303, event: "document.added", multi: true, file: smallPDF, form: []string{"category", "document"}},
	{face: officeFace, route: "GET /dossiers/{dossier}/documents/{document}", want: 200, event: "document.read"},
	{face: officeFace, route: "GET /dossiers/{dossier}/documents/{document}/open", want: 303, event: "document.read", opens: true},
	{face: officeFace, route: "GET /settings/quarantine", want: 200},
	{face: officeFace, route: "GET /settings/retention", want: 200, event: "dossier.listed"},
	{face: officeFace, route: "POST /settings/retention", want: 422, quiet: true, form: []string{"once", "<once>", "reason", "Reden"}, ids: map[string]string{"dossier": "dossier"}, bad: 422},
	{face: officeFace, route: "GET /settings/retention/destroyed", want: 200},
	{face: officeFace, route: "GET /settings/retention/proposals/{destruction}", want: 200, event: "dossier.listed"},
	{
		face: officeFace, route: "POST /settings/retention/proposals/{destruction}", want: 303, event: "destruction.refused", form: []string{"do", "refused", "reason", "Reden"},
		ready: `update destruction set decision = '', decided_by = null where tenant_id = $1 and id = $2`,
	},
	{
		face: officeFace, route: "GET /settings/retention/proposals/{destruction}/declaration", want: 404, also: 200, quiet: true,
	},
	{face: officeFace, route: "GET /dossiers/{dossier}/hold", want: 200, event: "dossier.viewed"},
	{
		face: officeFace, route: "POST /dossiers/{dossier}/hold", want: 303, event: "dossier.held", form: []string{"do", "hold", "reason", "Reden"},
		ready: `delete from dossier_hold where tenant_id = $1 and dossier_id = $2`,
	},
	{face: officeFace, route: "GET /dossiers/{dossier}/documents/{document}/quarantine", want: 200, event: "dossier.viewed", held: true},
	{
		face: officeFace, route: "POST /dossiers/{dossier}/documents/{document}/quarantine", want: 303, event: "document.release_proposed", held: true,
		form: []string{"do", "release", "reason", "Reden"}, ready: `delete from document_verdict where tenant_id = $1 and document_id = $2`,
	},
	{face: officeFace, route: "GET /dossiers/{dossier}/documents/{document}/rank", want: 200, event: "dossier.viewed"},
	{
		face: officeFace, route: "POST /dossiers/{dossier}/documents/{document}/rank", want: 303, event: "document.ranked", form: []string{"rank", "openbaar"},
		ready: `update document set rank = 2 where tenant_id = $1 and id = $2`,
	},
	{
		face: officeFace, route: "POST /dossiers/{dossier}/documents/{document}/show", want: 303, event: "document.withdrawn", form: []string{"on", ""}, office: true,
		ready: `update document set published_at = created_at where tenant_id = $1 and id = $2`,
	},
	{face: officeFace, route: "GET /dossiers/{dossier}/messages/new", want: 200},
	{
		face: officeFace, route: "POST /dossiers/{dossier}/messages/new", want: 303, event: "message.sent", multi: true, form: newMessage,
		ids: map[string]string{"upload": "upload", "reply_to": "message"}, bad: 404,
	},
	{face: officeFace, route: "GET /dossiers/{dossier}/messages/{message}", want: 200, event: "message.read"},
	{face: portalFace, route: "GET /dossiers/{dossier}/note", want: 200, closed: 409, notes: true},
	{face: portalFace, route: "POST /dossiers/{dossier}/note", want: 303, closed: 409, notes: true, event: "note.sent", form: newNote},
	{face: officeFace, route: "GET /dossiers/{dossier}/note", want: 200, notes: true},
	{face: officeFace, route: "POST /dossiers/{dossier}/note", want: 303, notes: true, event: "note.added", form: newNote},
	{
		face: officeFace, route: "POST /dossiers/{dossier}/take", want: 303, event: "dossier.taken",
		ready: `update dossier set handler_id = null where tenant_id = $1 and id = $2`,
	},
	{face: officeFace, route: "GET /notices", want: 200},
	{face: officeFace, route: "GET /notices/live", want: 200},
	{face: officeFace, route: "POST /notices/read", want: 303, quiet: true, own: true},
	{face: officeFace, route: "POST /notices/{notice}/read", want: 303, quiet: true, own: true},
	{face: officeFace, route: "POST /profile/notices", want: 303, event: "account.notice_mail_changed", form: []string{"mail", "directly"}, own: true, ready: `update account set notice_mail = false where tenant_id = $1`},
	{face: officeFace, route: "GET /profile/absence", want: 200},
	{face: officeFace, route: "POST /profile/absence", want: 303, event: "account.away", form: awayTill, own: true, ids: map[string]string{"deputy": "deputy"}, bad: 422},
	{face: officeFace, route: "GET /settings/departments", want: 200},
	{face: officeFace, route: "GET /settings/departments/new", want: 200},
	{face: officeFace, route: "POST /settings/departments/new", want: 303, event: "department.made", form: []string{"once", "<once>", "name", "<once>", "member", "<handler>"}, ids: map[string]string{"member": "handler"}, bad: 422},
	{face: officeFace, route: "GET /settings/departments/{department}", want: 200},
	{
		face: officeFace, route: "POST /settings/departments/{department}", want: 303, event: "department.changed", form: []string{"version", "1", "name", "<once>"},
		ready: `update department set version = 1 where tenant_id = $1 and id = $2`,
	},
	{face: officeFace, route: "GET /settings/departments/remove/{department}", want: 200},
	{
		// It is asked last: others choose the department. What waits there keeps it, without another one.
		face: officeFace, route: "POST /settings/departments/remove/{department}", want: 303, also: 422, quiet: true, last: true, form: []string{"once", "<once>"},
		ids: map[string]string{"to": "department"}, bad: 422,
		ready: `insert into department (tenant_id, id, name, created_at) select $1, $2, $2, min(created_at) from dossier where tenant_id = $1 on conflict do nothing`,
	},
	{face: officeFace, route: "GET /settings/departments/absence/{handler}", want: 200},
	{face: officeFace, route: "POST /settings/departments/absence/{handler}", want: 303, event: "account.away", form: awayTill},
	{
		face: officeFace, route: "POST /settings/types/{type}/department", want: 303, event: "dossier_type.department_set", form: []string{"department", "dep1"},
		ids: map[string]string{"department": "department"}, bad: 422, ready: `update dossier_type set department_id = null where tenant_id = $1 and id = $2`,
	},

	{face: officeFace, route: "GET /dossiers/{dossier}/questionnaires", want: 200, event: "dossier.viewed"},
	{face: officeFace, route: "POST /dossiers/{dossier}/questionnaires", want: 422, also: 409, event: "dossier.viewed", form: []string{"once", "<once>"}},
	{face: officeFace, route: "GET /dossiers/{dossier}/questionnaires/{questionnaire}", want: 200, event: "questionnaire.read"},
	{face: officeFace, route: "POST /dossiers/{dossier}/questionnaires/{questionnaire}/withdraw", want: 303, event: "questionnaire.withdrawn", ready: stillOpen},
	{face: officeFace, route: "POST /dossiers/{dossier}/questionnaires/{questionnaire}/due", want: 303, event: "questionnaire.due", form: []string{"due", "2030-01-31"}, ready: stillOpen},
	{face: officeFace, route: "POST /dossiers/{dossier}/questionnaires/{questionnaire}/reopen", want: 409, quiet: true, ready: stillOpen},
	{face: officeFace, route: "GET /dossiers/{dossier}/approvals/new", want: 200, also: 409, event: "dossier.viewed"},
	{face: officeFace, route: "POST /dossiers/{dossier}/approvals/new", want: 422, also: 409, event: "dossier.viewed", form: []string{"once", "<once>"}},
	{face: officeFace, route: "GET /dossiers/{dossier}/approvals/{approval}", want: 200, event: "approval.read"},
	{face: officeFace, route: "POST /dossiers/{dossier}/approvals/{approval}/withdraw", want: 303, running: true, event: "approval.withdrawn", ready: offeredAnew},
	{face: officeFace, route: "POST /dossiers/{dossier}/approvals/{approval}/settle", want: 303, running: true, event: "approval.settled", ready: disagreed},
	{face: officeFace, route: "GET /dossiers/{dossier}/requests/new", want: 200, also: 409, event: "dossier.viewed"},
	{face: officeFace, route: "POST /dossiers/{dossier}/requests/new", want: 422, also: 409, event: "dossier.viewed", form: []string{"once", "<once>"}},
	{face: officeFace, route: "GET /dossiers/{dossier}/requests/{request}", want: 200, event: "request.read"},
	{face: officeFace, route: "GET /dossiers/{dossier}/requested/{item}", want: 200, event: "request.read"},
	{face: officeFace, route: "POST /dossiers/{dossier}/requested/{item}", want: 303, running: true, event: "request.rejected", form: []string{"version", "0", "do", "reject", "reason", "Reden"}, ready: handedIn},
	{face: officeFace, route: "POST /dossiers/{dossier}/requests/{request}/withdraw", want: 303, running: true, event: "request.withdrawn", ready: `update request set state = 'open' where tenant_id = $1 and id = $2`},
	{face: officeFace, route: "GET /dossiers/{dossier}/required/{required}", want: 200, event: "dossier.viewed"},
	{
		face: officeFace, route: "POST /dossiers/{dossier}/required/{required}", want: 303, event: "request.marked", form: []string{"version", "0", "state", "approved"},
		ready: `delete from required_document where tenant_id = $1 and document_type = $2`,
	},
	{face: officeFace, route: "GET /settings/questionnaires", want: 200},
	{face: officeFace, route: "POST /settings/questionnaires", want: 422, quiet: true, form: []string{"source", "{}"}},
	{face: officeFace, route: "GET /settings/questionnaires/new", want: 200},
	{face: officeFace, route: "POST /settings/questionnaires/new", want: 303, event: drafted, form: []string{"once", "<once>", "title_nl", "<once>"}},
	{face: officeFace, route: "POST /settings/questionnaires/edit", want: 404, quiet: true, form: []string{"once", "<once>", "form", never}},
	{face: officeFace, route: "GET /settings/questionnaires/import", want: 200},
	{
		face: officeFace, route: "POST /settings/questionnaires/import", want: 303, event: drafted, multi: true, form: []string{"once", "<once>"}, file: survey,
		ready: `delete from form_draft where tenant_id = $1 and name = 'koop'`,
	},
	{face: officeFace, route: "GET /settings/questionnaires/{design}", want: 200},
	{face: officeFace, route: "GET /settings/questionnaires/{design}/export", want: 200},
	{
		face: officeFace, route: "POST /settings/questionnaires/{design}/publish", want: 409, quiet: true,
		form: []string{"once", "<once>", "version", "<version>", "number", "999"},
	},
	{
		face: officeFace, route: "POST /settings/questionnaires/{design}/discard", want: 409, quiet: true,
		form: []string{"once", "<once>", "version", "999"},
	},
	{face: officeFace, route: "GET /settings/questionnaires/{design}/try", want: 200},
	{face: officeFace, route: "POST /settings/questionnaires/{design}/try", want: 200, quiet: true, multi: true, form: []string{"page", "ontvangen", "a.ontvangen", "x"}},
	{face: officeFace, route: "GET /settings/questionnaires/{design}/general", want: 200},
	{face: officeFace, route: "POST /settings/questionnaires/{design}/general", want: 303, event: drafted, form: append(edited, "title_nl", "<once>")},
	{face: officeFace, route: "GET /settings/questionnaires/{design}/add-page", want: 200},
	{face: officeFace, route: "POST /settings/questionnaires/{design}/add-page", want: 303, event: drafted, form: append(edited, "title_nl", "<once>"), ready: draftAgain},
	{face: officeFace, route: "GET /settings/questionnaires/{design}/pages/{key}", want: 200},
	{face: officeFace, route: "POST /settings/questionnaires/{design}/pages/{key}", want: 303, event: drafted, form: append(edited, "title_nl", "<once>")},
	{face: officeFace, route: "POST /settings/questionnaires/{design}/pages/{key}/act", want: 303, quiet: true, form: append(edited, "do", "up")},
	{face: officeFace, route: "GET /settings/questionnaires/{design}/pages/{key}/add", want: 200},
	{face: officeFace, route: "GET /settings/questionnaires/{design}/pages/{key}/question", want: 200, query: []string{"kind", "text"}},
	{
		face: officeFace, route: "POST /settings/questionnaires/{design}/pages/{key}/question", want: 303, event: drafted,
		form: append(edited, "kind", "text", "label_nl", "<once>"), ready: draftAgain,
	},
	{face: officeFace, route: "GET /settings/questionnaires/{design}/pages/{key}/show", want: 200},
	{face: officeFace, route: "POST /settings/questionnaires/{design}/pages/{key}/show", want: 422, quiet: true, form: append(edited, "do", "keep", "question", never)},
	{face: officeFace, route: "GET /settings/questionnaires/{design}/pages/{key}/end", want: 200},
	{face: officeFace, route: "POST /settings/questionnaires/{design}/pages/{key}/end", want: 422, quiet: true, form: append(edited, "do", "keep", "question", never)},
	{face: officeFace, route: "GET /settings/questionnaires/{design}/questions/{key}/show", want: 200},
	{face: officeFace, route: "POST /settings/questionnaires/{design}/questions/{key}/show", want: 422, quiet: true, form: append(edited, "do", "keep", "question", never)},
	{face: officeFace, route: "GET /settings/questionnaires/{design}/questions/{key}/required", want: 200},
	{face: officeFace, route: "POST /settings/questionnaires/{design}/questions/{key}/required", want: 422, quiet: true, form: append(edited, "do", "keep", "question", never)},
	{face: officeFace, route: "GET /settings/questionnaires/{design}/questions/{key}", want: 200},
	{face: officeFace, route: "POST /settings/questionnaires/{design}/questions/{key}", want: 303, event: drafted, form: append(edited, "label_nl", "<once>")},
	{face: officeFace, route: "POST /settings/questionnaires/{design}/questions/{key}/act", want: 303, event: drafted, form: append(edited, "do", "copy"), ready: draftAgain},
}
