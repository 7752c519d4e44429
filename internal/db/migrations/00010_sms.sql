-- Text messages to mobile telephones (ADR 15). The number and the text are sealed; the text is wiped when
-- it has left, or need not leave any more. number_key finds a number again without telling it. While the
-- provider is being asked the state is sending: who finds it so knows that an earlier try may have left.
-- +goose Up
create table sms (
  tenant_id text not null,
  id text not null,
  account_id text not null,
  purpose text not null,
  number bytea not null,
  content bytea,
  state text not null check (state in ('waiting', 'sending', 'accepted', 'delivered', 'failed', 'unknown', 'expired')),
  why text not null default '', -- as a key of a text
  reference text not null default '', -- the provider's own
  attempts bigint not null default 0,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  sent_at timestamptz,
  ended_at timestamptz, -- delivered, or failed
  primary key (tenant_id, id),
  foreign key (tenant_id, account_id) references account (tenant_id, id)
);
create index sms_account on sms (tenant_id, account_id, created_at);
-- A report of a provider names a message, and not whose it is.
create unique index sms_report on sms (id);
create index sms_reference on sms (reference) where reference <> '';
create index sms_unsent on sms (state, created_at) where state not in ('accepted', 'delivered');

-- How many were queued on a day: by an organisation (id is the day), and to a number (with its key).
create table sms_count (
  tenant_id text not null references tenant (id),
  id text not null,
  n bigint not null,
  primary key (tenant_id, id)
);
