-- +goose Up
-- The office finds a dossier by its clients and its documents too (ADR 38). own are the words of number and title, by which
-- a client finds it.
alter table dossier_word add column own boolean not null default true;
-- Whether a dossier has a word is asked of each one that is looked through.
drop index dossier_word_dossier;
create index dossier_word_dossier on dossier_word (tenant_id, dossier_id, word);

-- As in migration 4, letter by letter.
insert into dossier_word (tenant_id, word, dossier_id, own)
with recursive letters (tenant_id, dossier_id, rest, word, done) as (
  select tenant_id, dossier_id, said || ' ', '', '' from (
    select p.tenant_id, p.dossier_id, lower(c.name) as said from dossier_party p cross join client c where c.tenant_id = p.tenant_id and c.id = p.client_id
    union
    select x.tenant_id, x.dossier_id, lower(x.title) as said from document x
  ) t
  union all
  select tenant_id, dossier_id, substr(rest, 2),
    case when substr(rest, 1, 1) = ' ' then '' else word || substr(rest, 1, 1) end,
    case when substr(rest, 1, 1) = ' ' then word else '' end
  from letters where rest <> ''
)
select distinct tenant_id, done, dossier_id, false from letters where done <> ''
on conflict do nothing;
