-- Each document has a number of its own ("kenmerk", ADR 28), given once and never again, and may be of a kind that its
-- dossier's type has.
-- +goose Up
create table document_counter (
  tenant_id text primary key references tenant (id),
  last bigint not null -- the newest number that was given
);
alter table document add column reference bigint not null default 0;
alter table document add column document_type text not null default ''; -- key of the kind, '' for none
alter table upload add column document_type text not null default '';
update document set reference = o.n from
  (select tenant_id, id, 10000 + row_number() over (partition by tenant_id order by created_at, id) as n from document) o
  where o.tenant_id = document.tenant_id and o.id = document.id;
insert into document_counter (tenant_id, last) select tenant_id, max(reference) from document group by tenant_id;
create unique index document_reference on document (tenant_id, reference) where reference > 0;
