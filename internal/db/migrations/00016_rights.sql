-- What an extra account may do, as words (ADR 20). The role of any other account says it.
-- +goose Up
alter table account add column rights text not null default '';
update account set rights = 'dossiers:see dossiers:upload messages:see messages:send' where role = 'extra';

-- An account that somebody is about to make, in steps: none of it counts before he confirms the last one.
create table account_draft (
  tenant_id text not null,
  account_id text not null, -- who makes it
  id text not null,
  content bytea not null, -- sealed: name, address and rights
  at timestamptz not null,
  primary key (tenant_id, account_id, id),
  foreign key (tenant_id, account_id) references account (tenant_id, id)
);
