-- Notes, notices for staff, departments and absence (ADR 29).
-- +goose Up
-- A note is for the office alone. client_id is the client who sent it, null for a colleague's.
create table note (
  tenant_id text not null,
  id text not null,
  dossier_id text not null,
  client_id text,
  author_id text not null,
  mandate_id text,
  body bytea not null, -- sealed
  at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, dossier_id) references dossier (tenant_id, id),
  foreign key (tenant_id, client_id) references client (tenant_id, id),
  foreign key (tenant_id, author_id) references account (tenant_id, id)
);
create index note_dossier on note (tenant_id, dossier_id, at, id);

-- What an employee is told. Whether he still may see the dossier is asked when he reads it.
create table notice (
  tenant_id text not null,
  id text not null,
  account_id text not null,
  kind text not null check (kind in ('note', 'message', 'document', 'answer', 'assigned', 'waiting')),
  dossier_id text not null,
  at timestamptz not null,
  read_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, account_id) references account (tenant_id, id),
  foreign key (tenant_id, dossier_id) references dossier (tenant_id, id)
);
create index notice_recent on notice (tenant_id, account_id, at, id);
create index notice_unread on notice (tenant_id, account_id, dossier_id) where read_at is null;
create index notice_dossier on notice (tenant_id, dossier_id);
alter table account add column notice_mail boolean not null default false;

create table department (
  tenant_id text not null references tenant (id),
  id text not null,
  name text not null check (length(name) between 1 and 60),
  created_at timestamptz not null,
  version bigint not null default 1,
  primary key (tenant_id, id),
  constraint department_name unique (tenant_id, name)
);

create table department_member (
  tenant_id text not null,
  department_id text not null,
  account_id text not null,
  primary key (tenant_id, department_id, account_id),
  foreign key (tenant_id, department_id) references department (tenant_id, id),
  foreign key (tenant_id, account_id) references account (tenant_id, id)
);
create index department_member_account on department_member (tenant_id, account_id);

-- Who is away until when, and who stands in for him; deputy_id is null for nobody.
create table absence (
  tenant_id text not null,
  account_id text not null,
  until timestamptz not null,
  deputy_id text,
  primary key (tenant_id, account_id),
  foreign key (tenant_id, account_id) references account (tenant_id, id),
  foreign key (tenant_id, deputy_id) references account (tenant_id, id)
);

-- A dossier that nobody handles yet waits in its department.
alter table dossier alter column handler_id drop not null;
alter table dossier add column department_id text;
create index dossier_department on dossier (tenant_id, department_id);
alter table dossier_type add column department_id text;

-- The party with whom it began.
alter table dossier_party add column initiator boolean not null default false;
update dossier_party set initiator = true where not exists (select 1 from dossier_party o where o.tenant_id = dossier_party.tenant_id and o.dossier_id = dossier_party.dossier_id
  and (o.added_at < dossier_party.added_at or o.added_at = dossier_party.added_at and o.client_id < dossier_party.client_id));
