-- How long a closed dossier is kept, and how it goes (ADR 36). expires_at is the day after the last one on which it is kept,
-- by the version of its type that it has: null while it is open, and where there is no term.
-- +goose Up
alter table dossier add column closed_at timestamptz;
alter table dossier add column expires_at timestamptz;
update dossier set closed_at = (select max(m.at) from dossier_status m where m.tenant_id = dossier.tenant_id and m.dossier_id = dossier.id) where closed;
create index dossier_expires on dossier (tenant_id, expires_at, id) where expires_at is not null;
create index dossier_expires_type on dossier (tenant_id, type_id, expires_at, id) where expires_at is not null;

-- As long as one of them is not lifted, the dossier is not destroyed.
create table dossier_hold (
  tenant_id text not null,
  id text not null,
  dossier_id text not null,
  reason text not null check (length(reason) between 1 and 1000),
  set_at timestamptz not null,
  set_by text not null,
  lift_reason text not null default '',
  lifted_at timestamptz,
  lifted_by text,
  primary key (tenant_id, id),
  foreign key (tenant_id, dossier_id) references dossier (tenant_id, id),
  foreign key (tenant_id, set_by) references account (tenant_id, id),
  foreign key (tenant_id, lifted_by) references account (tenant_id, id)
);
create unique index dossier_hold_open on dossier_hold (tenant_id, dossier_id) where lifted_at is null;
create index dossier_hold_dossier on dossier_hold (tenant_id, dossier_id, set_at);

-- What an administrator proposes to destroy, and what another one decided. It stays, and so does what was destroyed: neither
-- names a client.
create table destruction (
  tenant_id text not null references tenant (id),
  id text not null,
  reason text not null check (length(reason) between 1 and 1000),
  proposed_at timestamptz not null,
  proposed_by text not null,
  decision text not null default '' check (decision in ('', 'agreed', 'refused')),
  decision_reason text not null default '',
  decided_at timestamptz,
  decided_by text,
  primary key (tenant_id, id),
  foreign key (tenant_id, proposed_by) references account (tenant_id, id),
  foreign key (tenant_id, decided_by) references account (tenant_id, id)
);
create index destruction_open on destruction (tenant_id, proposed_at, id) where decision = '';

-- The dossiers of a proposal that are there: those that wait, and those that stayed, with why.
create table destruction_item (
  tenant_id text not null,
  destruction_id text not null,
  dossier_id text not null,
  expires_at timestamptz not null, -- as it was when it was proposed
  stays text not null default '',
  primary key (tenant_id, destruction_id, dossier_id),
  foreign key (tenant_id, destruction_id) references destruction (tenant_id, id),
  foreign key (tenant_id, dossier_id) references dossier (tenant_id, id)
);
create unique index destruction_item_open on destruction_item (tenant_id, dossier_id) where stays = '';
create index destruction_item_dossier on destruction_item (tenant_id, dossier_id);

create table destroyed (
  tenant_id text not null,
  dossier_id text not null,
  destruction_id text not null,
  number text not null,
  kind text not null,   -- the name of its type, in each language
  result text not null, -- that whose term it was, in each language; '' where it was the type's
  retention text not null,
  closed_at timestamptz not null,
  expires_at timestamptz not null,
  documents bigint not null,
  at timestamptz not null,
  primary key (tenant_id, dossier_id),
  foreign key (tenant_id, destruction_id) references destruction (tenant_id, id)
);
create index destroyed_at on destroyed (tenant_id, at, dossier_id);
create index destroyed_destruction on destroyed (tenant_id, destruction_id);

-- What hangs on a dossier is found without a walk over the table.
create index message_reply on message (tenant_id, reply_to) where reply_to is not null;
create index news_dossier on news (tenant_id, dossier_id);
create index application_dossier on application (tenant_id, dossier_id) where dossier_id is not null;
