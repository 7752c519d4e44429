-- Passkeys: a key of an account that only its owner's device can sign with, beside the password or in place of
-- it (ADR 19). A public key and the name that a device gave it are no secrets.
-- +goose Up
create table passkey (
  tenant_id text not null,
  id text not null,
  account_id text not null,
  face text not null check (face in ('portal', 'office')), -- whose address it was made for
  credential bytea not null, -- what the device calls it
  public_key bytea not null,
  name text not null check (length(name) between 1 and 60),
  transports text not null default '', -- how a browser reaches the device
  sign_count bigint not null,
  backup_eligible boolean not null,
  backed_up boolean not null,
  created_at timestamptz not null,
  used_at timestamptz,
  primary key (tenant_id, id),
  constraint passkey_credential unique (tenant_id, face, credential),
  foreign key (tenant_id, account_id) references account (tenant_id, id)
);
create index passkey_account on passkey (tenant_id, account_id);

-- What a passkey is asked to sign, once: for one purpose, one browser (the id is of its cookie), and one account
-- unless anybody may come.
create table passkey_challenge (
  tenant_id text not null,
  id text not null,
  face text not null,
  purpose text not null check (purpose in ('link', 'login', 'step', 'confirm')),
  account_id text,
  action text not null,
  challenge text not null,
  expires_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, account_id) references account (tenant_id, id)
);
create index passkey_challenge_expires on passkey_challenge (tenant_id, expires_at);
