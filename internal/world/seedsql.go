package world

// The statements of Seed. All rows of a kind follow from the number i of a dossier, so that the
// database makes them itself: from $2 up to and with $3, in tenant $1. $4 is the number of handlers.
//
// Ten dossiers go to a client, scattered over a thousand, and three in a hundred to one client
// whose list is long. Two thirds are closed, one in ten is not published.
const (
	seedSpan    = `with recursive n (i) as (select cast($2 as bigint) union all select i + 1 from n where i < $3) `
	seedDossier = `'seeddossier' || cast(100000000000000 + i as text)`
	seedBig     = `'seedclient0000000000000big'`
	seedClient  = `case when i % 100 < 3 then ` + seedBig + ` else 'seedclient' || cast(1000000000000000 + (i / 1000) * 100 + (i * 7919) % 100 as text) end`
	seedHandler = `'seedhandler' || cast(100000000000000 + (i * 31) % $4 as text)`
	seedClosed  = `(i * 17) % 3 < 2`
	seedNumber  = `'S' || cast(10000000 + i as text)`
	seedKind    = `case (i * 13) % 8 when 0 then 'Aankoop' when 1 then 'Hypotheek' when 2 then 'Testament' when 3 then 'Volmacht' when 4 then 'Levering' when 5 then 'Schenking' when 6 then 'Oprichting' else 'Verklaring' end`
	seedStreet  = `case (i * 29) % 12 when 0 then 'Lindelaan' when 1 then 'Prinsenkade' when 2 then 'Oudegracht' when 3 then 'Vechtstraat' when 4 then 'Kerkplein' when 5 then 'Havenweg' when 6 then 'Molenpad' when 7 then 'Beatrixpark' when 8 then 'Zandpad' when 9 then 'Stationsplein' when 10 then 'Dorpsstraat' else 'Weidesingel' end`
	seedHouse   = `cast(1 + (i * 37) % 250 as text)`
	seedTitle   = seedKind + ` || ' ' || ` + seedStreet + ` || ' ' || ` + seedHouse
	seedInsert  = `insert into dossier (tenant_id, id, number, title, status, closed, handler_id, search, published_at, created_at, updated_at) ` + seedSpan +
		`select $1, ` + seedDossier + `, ` + seedNumber + `, ` + seedTitle + `, case when ` + seedClosed + ` then $5 else $6 end, ` + seedClosed + `, ` + seedHandler +
		`, lower(` + seedNumber + ` || ' ' || ` + seedTitle + `), `
	seedPublished = seedInsert + `$7, $7, $7 from n where (i * 11) % 10 < 9`
	seedHidden    = seedInsert + `null, $7, $7 from n where (i * 11) % 10 = 9`

	seedClients = `insert into client (tenant_id, id, kind, name, number, search, created_at) ` + seedSpan +
		`select $1, 'seedclient' || cast(1000000000000000 + i as text), 'person', 'Familie Proef ' || cast(i as text), 'P' || cast(i as text), 'familie proef ' || cast(i as text) || ' p' || cast(i as text), $4 from n where 1 = 1 on conflict do nothing`
	seedBigClient = `insert into client (tenant_id, id, kind, name, number, search, created_at) values ($1, ` + seedBig + `, 'company', 'Woningstichting Proef', 'P', 'woningstichting proef p', $2) on conflict do nothing`
	// The accounts cannot log in: they have no password, and their addresses cannot exist.
	seedAccounts = `insert into account (tenant_id, id, face, role, client_id, email, email_key, name, state, created_at)
		select c.tenant_id, 'seedaccount' || substr(c.id, 11), 'portal', 'client', c.id, c.id || '@example.invalid', c.id || '@example.invalid', c.name, 'invited', c.created_at
		from client c where c.tenant_id = $1 and c.id >= $2 and c.id <= $3 on conflict do nothing`
	seedHandlers = `insert into account (tenant_id, id, face, role, email, email_key, name, state, created_at) ` + seedSpan +
		`select $1, 'seedhandler' || cast(100000000000000 + i as text), 'office', 'handler', 'handler' || cast(i as text) || '@example.invalid', 'handler' || cast(i as text) || '@example.invalid', 'Behandelaar ' || cast(i as text), 'invited', $4 from n where 1 = 1 on conflict do nothing`

	seedParties = `insert into dossier_party (tenant_id, dossier_id, client_id, added_at) ` + seedSpan + `select $1, ` + seedDossier + `, ` + seedClient + `, $4 from n`
	seedStaff   = `insert into dossier_staff (tenant_id, dossier_id, account_id) ` + seedSpan + `select $1, ` + seedDossier + `, ` + seedHandler + ` from n`
	seedWords   = `insert into dossier_word (tenant_id, word, dossier_id) ` + seedSpan + `select $1, lower(` + seedNumber + `), ` + seedDossier + ` from n
		union all select $1, lower(` + seedKind + `), ` + seedDossier + ` from n union all select $1, lower(` + seedStreet + `), ` + seedDossier + ` from n
		union all select $1, ` + seedHouse + `, ` + seedDossier + ` from n`
	// The words of the client's name; a house may have the number that a family has.
	seedNames = `insert into dossier_word (tenant_id, word, dossier_id, own) ` + seedSpan + `select $1, 'proef', ` + seedDossier + `, false from n
		union all select $1, case when i % 100 < 3 then 'woningstichting' else 'familie' end, ` + seedDossier + `, false from n
		union all select $1, cast((i / 1000) * 100 + (i * 7919) % 100 as text), ` + seedDossier + `, false from n where i % 100 >= 3 on conflict do nothing`

	// A dossier has had one status, which everybody sees.
	seedShown    = `update dossier set shown_status = status where tenant_id = $1 and id >= $2 and id <= $3`
	seedTimeline = `insert into dossier_status (tenant_id, dossier_id, n, status, note, at, account_id)
		select d.tenant_id, d.id, 1, d.status, '', d.created_at, d.handler_id from dossier d` + seedInRange

	seedInRange = ` where d.tenant_id = $1 and d.id >= $2 and d.id <= $3 `
	seedList    = `insert into dossier_list (tenant_id, viewer, dossier_id, closed, status, updated_at)
		select d.tenant_id, 'all', d.id, d.closed, d.status, d.updated_at from dossier d` + seedInRange + `
		union all select d.tenant_id, 'staff:' || d.handler_id, d.id, d.closed, d.status, d.updated_at from dossier d` + seedInRange + `
		union all select d.tenant_id, 'client:' || p.client_id, d.id, d.closed, d.status, d.updated_at from dossier d
			join dossier_party p on p.tenant_id = d.tenant_id and p.dossier_id = d.id` + seedInRange + `and d.published_at is not null`

	seedMessage = `insert into message (tenant_id, id, dossier_id, direction, author_id, subject, body, sent_at)
		select tenant_id, $3, id, 'inbound', handler_id, $4, $5, updated_at from dossier where tenant_id = $1 and id = $2 and published_at is not null`
	seedUnread = `insert into unread (tenant_id, client_id, account_id, kind, object_id, dossier_id, tab, at)
		select m.tenant_id, p.client_id, 'seedaccount' || substr(p.client_id, 11), 'message', m.id, m.dossier_id, 'messages', m.sent_at from message m
			join dossier_party p on p.tenant_id = m.tenant_id and p.dossier_id = m.dossier_id where m.tenant_id = $1 and m.id >= $2 and m.id <= $3
		union all select m.tenant_id, '', m.author_id, 'message', m.id, m.dossier_id, 'messages', m.sent_at from message m where m.tenant_id = $1 and m.id >= $2 and m.id <= $3`
)
