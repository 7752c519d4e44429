-- People who come in by another party's log-in (ADR 22). A connection is such a party; an identifier is a
-- number of a client by which he is found, and by nothing else.
-- +goose Up
create table connection (
  tenant_id text not null references tenant (id),
  id text not null, -- part of addresses that the other party knows
  face text not null check (face in ('portal', 'office')),
  means text not null,
  protocol text not null check (protocol in ('oidc', 'saml')),
  name text not null check (length(name) between 1 and 60),
  level bigint not null, -- the least that lets somebody in
  settings text not null,
  secret bytea, -- sealed
  enabled boolean not null,
  created_at timestamptz not null,
  version bigint not null default 1,
  primary key (tenant_id, id)
);

create table identifier (
  tenant_id text not null,
  id text not null,
  client_id text not null,
  kind text not null,
  mac bytea not null,
  value bytea not null, -- sealed
  added_at timestamptz not null,
  added_by text not null, -- the account of an employee, or '' for the log-in that brought it
  primary key (tenant_id, id),
  constraint identifier_mac unique (tenant_id, kind, mac),
  foreign key (tenant_id, client_id) references client (tenant_id, id)
);
create index identifier_client on identifier (tenant_id, client_id);

-- The account of whoever comes by a connection: of one person at the keyboard, for one client. For staff it is
-- the account that the directory's name belongs to.
create table connection_account (
  tenant_id text not null,
  connection_id text not null,
  mac bytea not null,
  account_id text not null,
  created_at timestamptz not null,
  primary key (tenant_id, connection_id, mac),
  foreign key (tenant_id, connection_id) references connection (tenant_id, id),
  foreign key (tenant_id, account_id) references account (tenant_id, id)
);
create index connection_account_account on connection_account (tenant_id, account_id);

-- A browser that is away to another party: it comes back once, with both secrets.
create table connection_request (
  tenant_id text not null,
  id text not null, -- of the secret that goes to the other party
  browser text not null, -- of the cookie
  connection_id text not null,
  purpose text not null check (purpose in ('login', 'confirm', 'link')),
  session_id text not null default '', -- that is confirmed or linked
  content bytea not null, -- sealed
  expires_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, connection_id) references connection (tenant_id, id)
);
create index connection_request_expires on connection_request (tenant_id, expires_at);

-- Messages of other parties that count once.
create table connection_answer (
  tenant_id text not null,
  connection_id text not null,
  id text not null,
  expires_at timestamptz not null,
  primary key (tenant_id, connection_id, id),
  foreign key (tenant_id, connection_id) references connection (tenant_id, id)
);

-- A client whom a log-in brought and nobody here knew, and to whom staff said later that he belongs.
alter table client add column unmatched_at timestamptz;
alter table client add column matched_to text;
create index client_unmatched on client (tenant_id, unmatched_at) where unmatched_at is not null;

-- Whoever comes in by a connection alone has no password, and gets none.
alter table account add column elsewhere boolean not null default false;

-- By which connection a session began, until when it may be silent where that is shorter than the
-- organisation's own rule, and what the other party calls it and its owner, as MACs.
alter table session add column connection_id text;
alter table session add column silent_until timestamptz;
alter table session add column far_subject bytea;
alter table session add column far_session bytea;
create index session_far on session (tenant_id, connection_id) where connection_id is not null;
