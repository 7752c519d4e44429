-- +goose Up
-- The status stands in the list, so that a filtered list is read by key as the whole one is.
alter table dossier_list add column status text not null default '';
update dossier_list set status = (select d.status from dossier d where d.tenant_id = dossier_list.tenant_id and d.id = dossier_list.dossier_id);
create index dossier_list_status on dossier_list (tenant_id, viewer, status, updated_at, dossier_id);

-- The words of number and title, for the office's search (ADR 0004).
create table dossier_word (
  tenant_id text not null,
  word text not null,
  dossier_id text not null,
  primary key (tenant_id, word, dossier_id),
  foreign key (tenant_id, dossier_id) references dossier (tenant_id, id)
);
create index dossier_word_dossier on dossier_word (tenant_id, dossier_id);

-- What a dossier's search text is made of, letter by letter: neither database splits text as the
-- other does.
insert into dossier_word (tenant_id, word, dossier_id)
with recursive letters (tenant_id, dossier_id, rest, word, done) as (
  select tenant_id, id, search || ' ', '', '' from dossier
  union all
  select tenant_id, dossier_id, substr(rest, 2),
    case when substr(rest, 1, 1) = ' ' then '' else word || substr(rest, 1, 1) end,
    case when substr(rest, 1, 1) = ' ' then word else '' end
  from letters where rest <> ''
)
select distinct tenant_id, done, dossier_id from letters where done <> '';

-- Whether a stored file is in use is asked once a day for each of them.
create index document_blob on document (tenant_id, blob_key);
create index upload_blob on upload (tenant_id, blob_key);
create index upload_part_blob on upload_part (tenant_id, blob_key);
create index upload_old on upload (tenant_id, created_at);
