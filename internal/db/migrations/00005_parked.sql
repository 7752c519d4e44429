-- What somebody was writing when his session ended, sealed, until he is back (24 hours at most).
-- +goose Up
create table parked (
  tenant_id text not null references tenant (id),
  account_id text not null,
  content bytea not null,
  at timestamptz not null,
  primary key (tenant_id, account_id),
  foreign key (tenant_id, account_id) references account (tenant_id, id)
);
