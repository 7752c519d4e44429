-- Requests to a client, and the documents that a dossier needs (E13, E22, ADR 31). A request has items; what the client saves
-- of an answer is his alone until he hands it in. Answers are sealed. An upload with an item_id waits with such an answer.
-- +goose Up
create table request (
  tenant_id text not null,
  id text not null,
  dossier_id text not null,
  client_id text not null,
  word text not null,
  due_on text not null,        -- the last day, as 2026-12-31
  remind_days bigint not null, -- how many days before that the client is reminded, 0 for not at all
  state text not null check (state in ('open', 'done', 'withdrawn')),
  sent_at timestamptz not null,
  sent_by text not null,
  ended_at timestamptz,
  version bigint not null default 1,
  primary key (tenant_id, id),
  foreign key (tenant_id, dossier_id) references dossier (tenant_id, id),
  foreign key (tenant_id, client_id) references client (tenant_id, id),
  foreign key (tenant_id, sent_by) references account (tenant_id, id)
);
create index request_dossier on request (tenant_id, dossier_id, sent_at, id);
create index request_client on request (tenant_id, client_id, state, due_on, id);

create table request_item (
  tenant_id text not null,
  id text not null,
  request_id text not null,
  dossier_id text not null,
  position bigint not null,
  name text not null,
  explanation text not null,
  example text not null,
  document_type text not null, -- key of the kind that it becomes, '' for none
  state text not null check (state in ('open', 'received', 'approved', 'rejected')),
  draft text not null default '' check (draft in ('', 'files', 'text', 'none')),
  draft_said bytea,
  saved_at timestamptz,
  answer text not null default '' check (answer in ('', 'files', 'text', 'none')),
  said bytea,
  handed_at timestamptz,
  handed_by text,
  mandate_id text, -- by which it was handed in, null for one's own
  reason text not null default '', -- why it was rejected
  decided_at timestamptz,
  decided_by text,
  version bigint not null default 1,
  primary key (tenant_id, id),
  foreign key (tenant_id, request_id) references request (tenant_id, id),
  foreign key (tenant_id, dossier_id) references dossier (tenant_id, id),
  foreign key (tenant_id, handed_by) references account (tenant_id, id),
  foreign key (tenant_id, mandate_id) references mandate (tenant_id, id),
  foreign key (tenant_id, decided_by) references account (tenant_id, id)
);
create index request_item_request on request_item (tenant_id, request_id, position);
create index request_item_dossier on request_item (tenant_id, dossier_id, state);

-- The documents that came of an answer.
create table request_document (
  tenant_id text not null,
  item_id text not null,
  document_id text not null,
  primary key (tenant_id, item_id, document_id),
  foreign key (tenant_id, item_id) references request_item (tenant_id, id),
  foreign key (tenant_id, document_id) references document (tenant_id, id)
);
create index request_document_document on request_document (tenant_id, document_id);

-- What the office says of a kind of document that a dossier needs.
create table required_document (
  tenant_id text not null,
  dossier_id text not null,
  document_type text not null,
  state text not null check (state in ('received', 'approved', 'rejected')),
  reason text not null,
  marked_at timestamptz not null,
  marked_by text not null,
  version bigint not null default 1,
  primary key (tenant_id, dossier_id, document_type),
  foreign key (tenant_id, dossier_id) references dossier (tenant_id, id),
  foreign key (tenant_id, marked_by) references account (tenant_id, id)
);

alter table upload add column item_id text;
create index upload_item on upload (tenant_id, item_id);
