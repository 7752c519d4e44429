-- Every filter of the journal page is a range of one index, newest first, so that a page costs the
-- same at a million entries. The group of an event is what stands before its dot; rtrim is the one
-- way to say so that both databases index.
--
-- The index of all entries is on an expression, so that only the page without a filter uses it:
-- planners of both databases like to walk it backwards until enough rows fit, which for a rare
-- filter is the whole journal.
-- +goose Up
drop index journal_at;
create index journal_all on journal ((tenant_id || ''), at, id);
create index journal_group on journal (tenant_id, rtrim(event, 'abcdefghijklmnopqrstuvwxyz_'), at, id);
create index journal_actor on journal (tenant_id, actor_id, at, id);
create index journal_client on journal (tenant_id, client_id, at, id) where client_id <> '';
-- What somebody did before he had a session (a log-in, a refused one) names him as its object.
create index journal_about on journal (tenant_id, objects, at, id) where actor_id = '';
-- The dossiers of a client, found without a look at the table.
drop index dossier_party_client;
create index dossier_party_client on dossier_party (tenant_id, client_id, dossier_id);
