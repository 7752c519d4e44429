-- The e-loket (E4, E5, D7, ADR 30): what clients can apply for or report, and what they are filling in for it.
-- +goose Up
create table product (
  tenant_id text not null references tenant (id),
  id text not null,
  form text not null,       -- its name: the newest version is filled in
  type_id text not null,    -- of the dossier that it begins
  handler_id text,          -- whose that dossier is, null for nobody yet
  active boolean not null,
  public boolean not null,  -- can be filled in before one logs in
  means text not null,      -- how whoever sends it must have logged in, '' for any way
  content text not null,    -- its words
  created_at timestamptz not null,
  changed_at timestamptz not null,
  version bigint not null default 1,
  primary key (tenant_id, id),
  foreign key (tenant_id, type_id) references dossier_type (tenant_id, id),
  foreign key (tenant_id, handler_id) references account (tenant_id, id)
);

-- What is being filled in is its account's, for a client, or before the log-in that of the browser which holds the
-- secret. dossier_id is what became of it, null while it was not sent. It keeps the version of its form.
create table application (
  tenant_id text not null,
  id text not null,
  product_id text not null,
  form_id text not null,
  client_id text,
  account_id text,
  secret text,                    -- a hash
  origin text not null default '', -- a hash of the network it came from, before the log-in
  dossier_id text,
  created_at timestamptz not null,
  changed_at timestamptz not null,
  ends_at timestamptz not null,   -- when it is deleted
  version bigint not null default 1,
  primary key (tenant_id, id),
  constraint application_secret unique (tenant_id, secret),
  foreign key (tenant_id, product_id) references product (tenant_id, id),
  foreign key (tenant_id, form_id) references form (tenant_id, id),
  foreign key (tenant_id, client_id) references client (tenant_id, id),
  foreign key (tenant_id, account_id) references account (tenant_id, id),
  foreign key (tenant_id, dossier_id) references dossier (tenant_id, id)
);
create index application_account on application (tenant_id, account_id, client_id, changed_at);
create index application_ends on application (tenant_id, ends_at);
create index application_product on application (tenant_id, product_id);

create table application_page (
  tenant_id text not null,
  application_id text not null,
  page text not null,
  answers bytea not null, -- sealed
  saved_at timestamptz not null,
  version bigint not null default 1,
  primary key (tenant_id, application_id, page),
  foreign key (tenant_id, application_id) references application (tenant_id, id)
);

-- The last number that a dossier got by itself in a year.
create table dossier_counter (
  tenant_id text not null references tenant (id),
  year bigint not null,
  last bigint not null,
  primary key (tenant_id, year)
);

-- A file on its way belongs to a dossier, or to an application that is to become one.
alter table upload alter column dossier_id drop not null;
alter table upload add column application_id text;
create index upload_place on upload (tenant_id, dossier_id);
create index upload_application on upload (tenant_id, application_id);
