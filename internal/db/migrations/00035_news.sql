-- What accounts are still to be mailed of, together and once (ADR 33): what happened, in which dossier, to which thing.
-- +goose Up
create table news (
  tenant_id text not null,
  id text not null,
  account_id text not null,
  client_id text,  -- whose news it is, null for the office's own
  mandate_id text, -- by which the account sees it, null for its own
  event text not null,
  dossier_id text not null,
  object_id text not null, -- the document, message and so on, '' for the dossier itself
  at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, account_id) references account (tenant_id, id),
  foreign key (tenant_id, client_id) references client (tenant_id, id),
  foreign key (tenant_id, mandate_id) references mandate (tenant_id, id),
  foreign key (tenant_id, dossier_id) references dossier (tenant_id, id)
);
create index news_account on news (tenant_id, account_id, at, id);

-- Whether an account is mailed once a day, and when it was last mailed of what happened.
alter table account add column mail_daily boolean not null default false;
alter table account add column mailed_at timestamptz;
