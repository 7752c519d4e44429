-- Questionnaires (N35-N40, ADR 26). A form is a version of a definition that the office knows; a questionnaire is one that
-- was sent to a client in a dossier, and keeps its version. account_id is the one account that fills it in, null for every
-- account of the client. What was saved of a page is sealed.
-- +goose Up
create table form (
  tenant_id text not null references tenant (id),
  id text not null,
  name text not null,
  number bigint not null,
  title_nl text not null,
  title_en text not null,
  source text not null,
  created_at timestamptz not null,
  created_by text not null,
  primary key (tenant_id, id),
  constraint form_number unique (tenant_id, name, number),
  foreign key (tenant_id, created_by) references account (tenant_id, id)
);

create table questionnaire (
  tenant_id text not null,
  id text not null,
  form_id text not null,
  dossier_id text not null,
  client_id text not null,
  account_id text,
  state text not null check (state in ('open', 'busy', 'completed', 'withdrawn')),
  sent_at timestamptz not null,
  sent_by text not null,
  completed_at timestamptz,
  completed_by text,
  mandate_id text, -- by which it was completed, null for one's own
  version bigint not null default 1,
  primary key (tenant_id, id),
  foreign key (tenant_id, form_id) references form (tenant_id, id),
  foreign key (tenant_id, dossier_id) references dossier (tenant_id, id),
  foreign key (tenant_id, client_id) references client (tenant_id, id),
  foreign key (tenant_id, account_id) references account (tenant_id, id),
  foreign key (tenant_id, sent_by) references account (tenant_id, id),
  foreign key (tenant_id, completed_by) references account (tenant_id, id)
);
create index questionnaire_dossier on questionnaire (tenant_id, dossier_id, sent_at, id);
create index questionnaire_client on questionnaire (tenant_id, client_id, state, sent_at, id);

create table questionnaire_page (
  tenant_id text not null,
  questionnaire_id text not null,
  page text not null,
  answers bytea not null,
  saved_at timestamptz not null,
  saved_by text not null,
  version bigint not null default 1,
  primary key (tenant_id, questionnaire_id, page),
  foreign key (tenant_id, questionnaire_id) references questionnaire (tenant_id, id),
  foreign key (tenant_id, saved_by) references account (tenant_id, id)
);
