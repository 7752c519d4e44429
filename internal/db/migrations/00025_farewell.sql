-- Logging out at a party by SAML too. What it must be told names somebody, maybe by his BSN: it is kept sealed with the
-- session, and after that with the farewell of the browser, which asks for it and waits for the answer.

-- +goose Up
alter table session add column far bytea; -- sealed
create index session_far_kept on session (tenant_id) where far is not null;

create table connection_farewell (
  tenant_id text not null,
  id text not null, -- of the secret that goes to the other party
  browser text not null, -- of the cookie
  connection_id text not null,
  content bytea not null, -- sealed
  answer bytea, -- sealed; that the browser posted
  expires_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, connection_id) references connection (tenant_id, id)
);
create index connection_farewell_browser on connection_farewell (tenant_id, browser);
create index connection_farewell_expires on connection_farewell (tenant_id, expires_at);
