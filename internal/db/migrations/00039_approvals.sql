-- Approval of documents (A26-A35, ADR 37). An approval is of one document of a dossier, to one of its clients. sha256 is the
-- file as it was offered: one that is another by now must be offered again. What the client declared is written once.
-- +goose Up
create table approval (
  tenant_id text not null,
  id text not null,
  dossier_id text not null,
  client_id text not null,
  document_id text not null,
  kind text not null check (length(kind) between 1 and 60),
  due_on text not null default '', -- the last day, as 2026-12-31, '' for none
  file_name text not null,
  size bigint not null,
  sha256 bytea not null,
  state text not null check (state in ('offered', 'agreed', 'refused', 'withdrawn')),
  offered_at timestamptz not null,
  offered_by text not null,
  withdrawn_at timestamptz,
  withdrawn_by text,
  -- The declaration: by whom, for whom, when, with what means, and what he says of it. Names are those of that moment.
  answered_at timestamptz,
  answered_by text,
  answered_name text not null default '',
  client_name text not null default '',
  mandate_id text, -- by which it was answered, null for one's own
  means text not null default '' check (means in ('', 'sms', 'totp', 'pin', 'login')),
  session_means text not null default '', -- with which he had logged in
  opened_at timestamptz, -- when he first opened the file, null for not
  remark bytea, -- sealed
  settled_at timestamptz, -- when the office was done with what was refused
  primary key (tenant_id, id),
  check ((state in ('agreed', 'refused')) = (answered_at is not null and answered_by is not null and means <> '')),
  check ((state = 'withdrawn') = (withdrawn_at is not null)),
  foreign key (tenant_id, dossier_id) references dossier (tenant_id, id),
  foreign key (tenant_id, client_id) references client (tenant_id, id),
  foreign key (tenant_id, document_id) references document (tenant_id, id),
  foreign key (tenant_id, offered_by) references account (tenant_id, id),
  foreign key (tenant_id, withdrawn_by) references account (tenant_id, id),
  foreign key (tenant_id, answered_by) references account (tenant_id, id),
  foreign key (tenant_id, mandate_id) references mandate (tenant_id, id)
);
create unique index approval_open on approval (tenant_id, document_id, client_id) where state = 'offered';
create index approval_dossier on approval (tenant_id, dossier_id, offered_at, id);
create index approval_client on approval (tenant_id, client_id, state, offered_at, id);

-- A code that is sent can be for an approval too.
create table sent_code_of (
  tenant_id text not null,
  id text not null,
  account_id text not null,
  purpose text not null check (purpose in ('login', 'link', 'confirm', 'approve')),
  action text not null,
  mac bytea not null, -- of the code
  number bytea, -- sealed: of a telephone that is being linked
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  tries bigint not null default 0,
  primary key (tenant_id, id),
  foreign key (tenant_id, account_id) references account (tenant_id, id)
);
insert into sent_code_of (tenant_id, id, account_id, purpose, action, mac, number, created_at, expires_at, used_at, tries)
  select tenant_id, id, account_id, purpose, action, mac, number, created_at, expires_at, used_at, tries from sent_code;
drop table sent_code;
alter table sent_code_of rename to sent_code;
create index sent_code_account on sent_code (tenant_id, account_id, created_at);

-- Staff are told that a client answered.
create table notice_of (
  tenant_id text not null,
  id text not null,
  account_id text not null,
  kind text not null check (kind in ('note', 'message', 'document', 'answer', 'approval', 'assigned', 'waiting')),
  dossier_id text not null,
  at timestamptz not null,
  read_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, account_id) references account (tenant_id, id),
  foreign key (tenant_id, dossier_id) references dossier (tenant_id, id)
);
insert into notice_of (tenant_id, id, account_id, kind, dossier_id, at, read_at)
  select tenant_id, id, account_id, kind, dossier_id, at, read_at from notice;
drop table notice;
alter table notice_of rename to notice;
create index notice_recent on notice (tenant_id, account_id, at, id);
create index notice_unread on notice (tenant_id, account_id, dossier_id) where read_at is null;
create index notice_dossier on notice (tenant_id, dossier_id);
