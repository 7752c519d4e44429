// The list of dossiers in PocketBase, as a peer to measure with and for nothing else: as many records as the
// benchmark has dossiers, three in a hundred of them one client's, who may list his own.

migrate((app) => {
	// Without one, PocketBase opens a browser to have it made.
	const owner = new Record(app.findCollectionByNameOrId("_superusers"))
	owner.setEmail("owner@example.invalid")
	owner.setRandomPassword()
	app.save(owner)

	const client = new Record(app.findCollectionByNameOrId("users"))
	client.setEmail("client@example.invalid")
	client.setPassword($os.getenv("PASSWORD"))
	app.save(client)

	app.save(new Collection({
		type: "base",
		name: "dossiers",
		listRule: "client = @request.auth.id",
		fields: [
			{ name: "client", type: "text" },
			{ name: "number", type: "text" },
			{ name: "title", type: "text" },
			{ name: "status", type: "text" },
			{ name: "closed", type: "bool" },
			{ name: "unread", type: "number" },
			{ name: "changed", type: "date" },
		],
		indexes: ["create index dossiers_list on dossiers (client, closed, changed, id)"],
	}))
	app.db().newQuery(`
		insert into dossiers (id, client, number, title, status, closed, unread, changed)
		with recursive n (i) as (select 0 union all select i + 1 from n where i + 1 < {:dossiers})
		select 'd' || printf('%014d', i), case when i % 100 < 3 then {:client} else 'c' || printf('%014d', i / 10) end,
			'S' || (10000000 + i), 'Aankoop Lindelaan ' || (1 + (i * 37) % 250), case when (i * 17) % 3 < 2 then 'closed' else 'in_progress' end,
			(i * 17) % 3 < 2, i % 20 = 0, strftime('%Y-%m-%d %H:%M:%S.000Z', 1767225600 + i, 'unixepoch')
		from n`).bind({ dossiers: Number($os.getenv("DOSSIERS")), client: client.id }).execute()
	app.db().newQuery("analyze").execute()
})
