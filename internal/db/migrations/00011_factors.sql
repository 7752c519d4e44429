-- What an account shows besides its password: an authenticator app or a telephone that gets codes, and
-- codes on paper for the day that both are gone (ADR 16). The staff's apps move here.
-- +goose Up
create table factor (
  tenant_id text not null,
  id text not null,
  account_id text not null,
  kind text not null check (kind in ('totp', 'sms')),
  secret bytea not null, -- sealed: the secret of an app, or the number of a telephone
  step bigint not null default 0, -- of an app: the last moment whose code was used
  confirmed_at timestamptz not null,
  used_at timestamptz,
  primary key (tenant_id, id),
  constraint factor_kind unique (tenant_id, account_id, kind),
  foreign key (tenant_id, account_id) references account (tenant_id, id)
);
insert into factor (tenant_id, id, account_id, kind, secret, step, confirmed_at)
  select tenant_id, id, id, 'totp', totp_secret, totp_step, created_at from account where totp_secret is not null;
alter table account drop column totp_secret;
alter table account drop column totp_step;

create table recovery_code (
  tenant_id text not null,
  id text not null,
  account_id text not null,
  salt bytea not null, -- of the whole set
  hash bytea not null,
  created_at timestamptz not null,
  used_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, account_id) references account (tenant_id, id)
);
create index recovery_code_account on recovery_code (tenant_id, account_id);

-- A code that was sent by text message, for one purpose and one act of one account.
create table sent_code (
  tenant_id text not null,
  id text not null,
  account_id text not null,
  purpose text not null check (purpose in ('login', 'link', 'confirm')),
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
create index sent_code_account on sent_code (tenant_id, account_id, created_at);

-- Staff drop a client's factors: one asks, an administrator confirms, and a day later it happens.
create table factor_reset (
  tenant_id text not null,
  id text not null,
  account_id text not null,
  ground text not null check (length(ground) between 1 and 1000),
  asked_by text not null,
  asked_at timestamptz not null,
  confirmed_by text,
  due_at timestamptz,
  ended_at timestamptz,
  outcome text not null default '' check (outcome in ('', 'done', 'withdrawn', 'lapsed')),
  primary key (tenant_id, id),
  foreign key (tenant_id, account_id) references account (tenant_id, id),
  foreign key (tenant_id, asked_by) references account (tenant_id, id),
  foreign key (tenant_id, confirmed_by) references account (tenant_id, id)
);
create unique index factor_reset_open on factor_reset (tenant_id, account_id) where ended_at is null;
