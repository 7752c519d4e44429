-- One text for both databases. SQLite takes the PostgreSQL type names: bigint gets integer
-- affinity, timestamptz holds fixed-width UTC text (db.Time), bytea holds blobs (ADR 0002).
-- +goose Up
create table tenant (
  id text primary key,
  name text not null,
  wrapped_key bytea not null,
  settings text not null,
  version bigint not null default 1,
  created_at timestamptz not null
);

create table tenant_host (
  host text primary key,
  tenant_id text not null references tenant (id),
  face text not null check (face in ('portal', 'office', 'docs'))
);
create index tenant_host_tenant on tenant_host (tenant_id);

create table client (
  tenant_id text not null references tenant (id),
  id text not null,
  kind text not null check (kind in ('person', 'company')),
  name text not null check (length(name) between 1 and 200),
  salutation text not null default '',
  number text not null default '',
  search text not null,
  created_at timestamptz not null,
  version bigint not null default 1,
  primary key (tenant_id, id)
);
create index client_name on client (tenant_id, name, id);

create table account (
  tenant_id text not null references tenant (id),
  id text not null,
  face text not null check (face in ('portal', 'office')),
  role text not null check (role in ('client', 'extra', 'handler', 'administrator', 'auditor')),
  client_id text,
  email text not null,
  email_key text not null,
  name text not null check (length(name) between 1 and 200),
  phone text not null default '',
  hours text not null default '',
  state text not null check (state in ('invited', 'active', 'blocked')),
  password_hash text not null default '',
  totp_secret bytea,
  totp_step bigint not null default 0,
  language text not null default '',
  notify text not null default '',
  invited_at timestamptz,
  first_login_at timestamptz,
  last_login_at timestamptz,
  created_at timestamptz not null,
  version bigint not null default 1,
  primary key (tenant_id, id),
  constraint account_email_key unique (tenant_id, face, email_key),
  foreign key (tenant_id, client_id) references client (tenant_id, id),
  check ((face = 'portal') = (client_id is not null))
);
create index account_client on account (tenant_id, client_id);

create table session (
  tenant_id text not null,
  id text not null,
  account_id text not null,
  face text not null,
  means text not null,
  created_at timestamptz not null,
  seen_at timestamptz not null,
  expires_at timestamptz not null,
  ended_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, account_id) references account (tenant_id, id)
);
create index session_account on session (tenant_id, account_id);

create table account_token (
  tenant_id text not null,
  id text not null,
  account_id text not null,
  purpose text not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  tries bigint not null default 0,
  primary key (tenant_id, id),
  foreign key (tenant_id, account_id) references account (tenant_id, id)
);
create index account_token_account on account_token (tenant_id, account_id, purpose);

create table throttle (
  tenant_id text not null references tenant (id),
  id text not null,
  failures bigint not null,
  blocked_until timestamptz,
  updated_at timestamptz not null,
  primary key (tenant_id, id)
);

create table dossier (
  tenant_id text not null references tenant (id),
  id text not null,
  number text not null check (length(number) between 1 and 50),
  title text not null check (length(title) between 1 and 200),
  status text not null,
  closed boolean not null,
  note text not null default '',
  handler_id text not null,
  search text not null,
  published_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  version bigint not null default 1,
  primary key (tenant_id, id),
  constraint dossier_number unique (tenant_id, number),
  foreign key (tenant_id, handler_id) references account (tenant_id, id)
);
create index dossier_updated on dossier (tenant_id, updated_at, id);

create table dossier_party (
  tenant_id text not null,
  dossier_id text not null,
  client_id text not null,
  added_at timestamptz not null,
  primary key (tenant_id, dossier_id, client_id),
  foreign key (tenant_id, dossier_id) references dossier (tenant_id, id),
  foreign key (tenant_id, client_id) references client (tenant_id, id)
);
create index dossier_party_client on dossier_party (tenant_id, client_id);

create table dossier_staff (
  tenant_id text not null,
  dossier_id text not null,
  account_id text not null,
  primary key (tenant_id, dossier_id, account_id),
  foreign key (tenant_id, dossier_id) references dossier (tenant_id, id),
  foreign key (tenant_id, account_id) references account (tenant_id, id)
);
create index dossier_staff_account on dossier_staff (tenant_id, account_id);

-- What a viewer's list is read from, by key: 'client:<id>' while published, 'staff:<id>' always.
create table dossier_list (
  tenant_id text not null,
  viewer text not null,
  dossier_id text not null,
  closed boolean not null,
  updated_at timestamptz not null,
  primary key (tenant_id, viewer, dossier_id),
  foreign key (tenant_id, dossier_id) references dossier (tenant_id, id)
);
create index dossier_list_all on dossier_list (tenant_id, viewer, updated_at, dossier_id);
create index dossier_list_open on dossier_list (tenant_id, viewer, closed, updated_at, dossier_id);

create table progress_step (
  tenant_id text not null,
  id text not null,
  dossier_id text not null,
  position bigint not null,
  title text not null,
  done_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, dossier_id) references dossier (tenant_id, id)
);
create index progress_step_dossier on progress_step (tenant_id, dossier_id, position);

-- client_id is the party whose conversation it is, null when every party reads it.
create table message (
  tenant_id text not null,
  id text not null,
  dossier_id text not null,
  client_id text,
  direction text not null check (direction in ('inbound', 'outbound')),
  author_id text not null,
  reply_to text,
  subject text not null,
  body bytea not null,
  sent_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, dossier_id) references dossier (tenant_id, id),
  foreign key (tenant_id, client_id) references client (tenant_id, id),
  foreign key (tenant_id, author_id) references account (tenant_id, id),
  foreign key (tenant_id, reply_to) references message (tenant_id, id)
);
create index message_dossier on message (tenant_id, dossier_id, sent_at, id);

-- client_id is the party whose alone it is: who delivered it, or to whom the message was; null when
-- every party sees it.
create table document (
  tenant_id text not null,
  id text not null,
  dossier_id text not null,
  client_id text,
  origin text not null check (origin in ('office', 'client')),
  category text not null check (category in ('correspondence', 'document', 'delivered')),
  title text not null,
  file_name text not null,
  media_type text not null,
  size bigint not null,
  sha256 bytea not null,
  blob_key text not null,
  blob_size bigint not null,
  blob_sum bytea not null,
  state text not null check (state in ('checking', 'released', 'refused')),
  scanned boolean not null default false,
  published_at timestamptz,
  message_id text,
  created_at timestamptz not null,
  created_by text not null,
  version bigint not null default 1,
  primary key (tenant_id, id),
  foreign key (tenant_id, dossier_id) references dossier (tenant_id, id),
  foreign key (tenant_id, client_id) references client (tenant_id, id),
  foreign key (tenant_id, message_id) references message (tenant_id, id),
  foreign key (tenant_id, created_by) references account (tenant_id, id)
);
create index document_dossier on document (tenant_id, dossier_id, created_at, id);
create index document_message on document (tenant_id, message_id);

-- A file on its way in: complete once blob_key is set, and the owner's alone until it is sent.
create table upload (
  tenant_id text not null,
  id text not null,
  dossier_id text not null,
  account_id text not null,
  category text not null,
  file_name text not null,
  media_type text not null default '',
  size bigint not null,
  received bigint not null default 0,
  sha256 bytea,
  blob_key text,
  blob_size bigint,
  blob_sum bytea,
  created_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, dossier_id) references dossier (tenant_id, id),
  foreign key (tenant_id, account_id) references account (tenant_id, id)
);

create table upload_part (
  tenant_id text not null,
  upload_id text not null,
  position bigint not null,
  size bigint not null,
  sha256 bytea not null,
  blob_key text not null,
  blob_size bigint not null,
  blob_sum bytea not null,
  primary key (tenant_id, upload_id, position),
  foreign key (tenant_id, upload_id) references upload (tenant_id, id)
);

-- Who opened what, first and last: staff see it as "gelezen".
create table document_read (
  tenant_id text not null,
  document_id text not null,
  account_id text not null,
  first_at timestamptz not null,
  last_at timestamptz not null,
  primary key (tenant_id, document_id, account_id),
  foreign key (tenant_id, document_id) references document (tenant_id, id),
  foreign key (tenant_id, account_id) references account (tenant_id, id)
);

create table message_read (
  tenant_id text not null,
  message_id text not null,
  account_id text not null,
  first_at timestamptz not null,
  primary key (tenant_id, message_id, account_id),
  foreign key (tenant_id, message_id) references message (tenant_id, id),
  foreign key (tenant_id, account_id) references account (tenant_id, id)
);

-- What an account has not read yet; the badge, Home and the worklist are read from it.
create table unread (
  tenant_id text not null,
  account_id text not null,
  kind text not null check (kind in ('document', 'message')),
  object_id text not null,
  dossier_id text not null,
  tab text not null,
  at timestamptz not null,
  primary key (tenant_id, account_id, kind, object_id),
  foreign key (tenant_id, account_id) references account (tenant_id, id),
  foreign key (tenant_id, dossier_id) references dossier (tenant_id, id)
);
create index unread_recent on unread (tenant_id, account_id, at, object_id);
create index unread_dossier on unread (tenant_id, dossier_id, account_id);

-- Outgoing mail. The text is sealed, and wiped once it has left: links in it are secrets.
create table mail (
  tenant_id text not null references tenant (id),
  id text not null,
  account_id text not null,
  purpose text not null,
  address text not null,
  subject text not null,
  content bytea,
  state text not null check (state in ('queued', 'sent', 'failed')),
  attempts bigint not null default 0,
  created_at timestamptz not null,
  sent_at timestamptz,
  error text not null default '',
  primary key (tenant_id, id),
  foreign key (tenant_id, account_id) references account (tenant_id, id)
);
create index mail_account on mail (tenant_id, account_id, created_at, id);

create table job (
  tenant_id text not null references tenant (id),
  id text not null,
  kind text not null,
  payload text not null,
  run_at timestamptz not null,
  attempt bigint not null default 0,
  lease_until timestamptz,
  done_at timestamptz,
  error text not null default '',
  created_at timestamptz not null,
  primary key (tenant_id, id)
);
create index job_due on job (run_at) where done_at is null;

-- What is personal in a record stands in its sealed leaf only as a commitment under the record's own
-- salt. A record is erased by keeping that commitment and emptying actor_id, origin, dossier_id,
-- client_id and salt, with objects and detail 'null': the seals hold, and nothing leads back.
create table journal (
  tenant_id text not null references tenant (id),
  id text not null,
  seq bigint,
  at timestamptz not null,
  event text not null,
  actor_kind text not null,
  actor_id text not null,
  actor_role text not null,
  means text not null,
  origin text not null,
  dossier_id text not null,
  client_id text not null,
  objects text not null,
  detail text not null,
  salt bytea not null,
  commitment bytea,
  primary key (tenant_id, id),
  constraint journal_seq unique (tenant_id, seq)
);
create index journal_unsealed on journal (tenant_id, at, id) where seq is null;
create index journal_dossier on journal (tenant_id, dossier_id, at, id);
create index journal_at on journal (tenant_id, at, id);

create table journal_hash (
  tenant_id text not null references tenant (id),
  position bigint not null,
  hash bytea not null,
  primary key (tenant_id, position)
);

create table journal_seal (
  tenant_id text not null references tenant (id),
  size bigint not null,
  root bytea not null,
  mac bytea not null,
  at timestamptz not null,
  primary key (tenant_id, size)
);

create table once (
  tenant_id text not null references tenant (id),
  account_id text not null,
  key text not null,
  result text not null,
  at timestamptz not null,
  primary key (tenant_id, account_id, key)
);
