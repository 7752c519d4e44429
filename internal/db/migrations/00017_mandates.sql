-- Acting for somebody else (ADR 21). A mandate is what lets an account act for a client that is not its own; account_id
-- is null while nobody here has the address to which it was offered, so that who offers it cannot tell.
-- +goose Up
create table mandate (
  tenant_id text not null references tenant (id),
  id text not null,
  client_id text not null,
  account_id text,
  email text not null,
  ground text not null check (ground in ('company', 'parent', 'guardian', 'curator', 'mentor', 'proxy')),
  rights text not null,
  starts_at timestamptz not null,
  ends_at timestamptz,
  proof_kind text not null default '',
  proof bytea, -- sealed
  created_at timestamptz not null,
  created_by text not null,
  accepted_at timestamptz,
  revoked_at timestamptz,
  revoked_by text,
  version bigint not null default 1,
  primary key (tenant_id, id),
  foreign key (tenant_id, client_id) references client (tenant_id, id),
  foreign key (tenant_id, account_id) references account (tenant_id, id),
  foreign key (tenant_id, created_by) references account (tenant_id, id),
  foreign key (tenant_id, revoked_by) references account (tenant_id, id)
);
create index mandate_account on mandate (tenant_id, account_id);
create index mandate_client on mandate (tenant_id, client_id, created_at);

-- Whose news a mark is: an account that acts for several has marks for each of them; '' for staff.
create table unread_of (
  tenant_id text not null,
  account_id text not null,
  kind text not null check (kind in ('document', 'message')),
  object_id text not null,
  client_id text not null default '',
  dossier_id text not null,
  tab text not null,
  at timestamptz not null,
  primary key (tenant_id, account_id, kind, object_id, client_id),
  foreign key (tenant_id, account_id) references account (tenant_id, id),
  foreign key (tenant_id, dossier_id) references dossier (tenant_id, id)
);
insert into unread_of (tenant_id, account_id, kind, object_id, client_id, dossier_id, tab, at)
  select u.tenant_id, u.account_id, u.kind, u.object_id, coalesce(a.client_id, ''), u.dossier_id, u.tab, u.at
  from unread u join account a on a.tenant_id = u.tenant_id and a.id = u.account_id;
drop table unread;
alter table unread_of rename to unread;
create index unread_recent on unread (tenant_id, account_id, client_id, at, object_id);
create index unread_dossier on unread (tenant_id, dossier_id, account_id);

-- For whom a file on its way is, '' for staff: a file that was begun for one client is not sent for another.
alter table upload add column client_id text not null default '';
update upload set client_id = coalesce((select a.client_id from account a where a.tenant_id = upload.tenant_id and a.id = upload.account_id), '');

-- The mandate by which its author wrote or delivered it, null for his own.
alter table message add column mandate_id text;
alter table document add column mandate_id text;
