-- Types of dossiers (ADR 27). Portal and threshold are those of the newest version and hold for all dossiers at once.
-- +goose Up
create table dossier_type (
  tenant_id text not null references tenant (id),
  id text not null,
  key text not null check (length(key) between 1 and 60),
  portal boolean not null,
  threshold bigint not null check (threshold between 1 and 8),
  offered boolean not null,
  latest bigint not null, -- number of its newest version, 0 while there is none
  draft text not null,    -- what an administrator works on, '' for nothing
  created_at timestamptz not null,
  changed_at timestamptz not null,
  version bigint not null default 1,
  primary key (tenant_id, id),
  constraint dossier_type_key unique (tenant_id, key)
);

-- A version keeps its structure for ever; its words follow the newest.
create table dossier_type_version (
  tenant_id text not null,
  type_id text not null,
  number bigint not null,
  definition text not null,
  created_at timestamptz not null,
  created_by text not null,
  primary key (tenant_id, type_id, number),
  foreign key (tenant_id, type_id) references dossier_type (tenant_id, id),
  foreign key (tenant_id, created_by) references account (tenant_id, id)
);

-- A dossier without a type has the statuses that the organisation gave all of them, and is shown up to
-- zaakvertrouwelijk. shown_status is the newest of its statuses that clients see, '' for none yet.
alter table dossier add column type_id text;
alter table dossier add column type_version bigint not null default 0;
alter table dossier add column rank bigint not null default 4 check (rank between 1 and 8);
alter table dossier add column shown_status text not null default '';
alter table dossier add column result text not null default '';
alter table dossier add column result_text text not null default '';
alter table dossier add column due_at timestamptz;
update dossier set shown_status = status;
create index dossier_type_dossier on dossier (tenant_id, type_id);

alter table document add column rank bigint not null default 4 check (rank between 1 and 8);

-- Each status that a dossier had, in order.
create table dossier_status (
  tenant_id text not null,
  dossier_id text not null,
  n bigint not null,
  status text not null,
  note text not null,
  reason text not null default '', -- for colleagues alone
  at timestamptz not null,
  account_id text not null,
  primary key (tenant_id, dossier_id, n),
  foreign key (tenant_id, dossier_id) references dossier (tenant_id, id),
  foreign key (tenant_id, account_id) references account (tenant_id, id)
);
insert into dossier_status (tenant_id, dossier_id, n, status, note, at, account_id)
  select tenant_id, id, 1, status, note, case when closed then updated_at else created_at end, handler_id from dossier;
