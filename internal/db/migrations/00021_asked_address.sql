-- An address that a client gave and that staff decide about first (manual row A15). What stands in it is
-- wiped once it is accepted, withdrawn or replaced; of one that is refused the client can read why.

-- +goose Up
create table asked_address (
  tenant_id text not null,
  id text not null,
  account_id text not null,
  address bytea, -- sealed
  reason bytea, -- sealed
  asked_at timestamptz not null,
  outcome text not null default '' check (outcome in ('', 'accepted', 'refused', 'withdrawn', 'replaced')),
  ended_at timestamptz,
  ended_by text,
  primary key (tenant_id, id),
  foreign key (tenant_id, account_id) references account (tenant_id, id),
  foreign key (tenant_id, ended_by) references account (tenant_id, id)
);
create unique index asked_address_open on asked_address (tenant_id, account_id) where outcome = '';
create index asked_address_account on asked_address (tenant_id, account_id, asked_at);
