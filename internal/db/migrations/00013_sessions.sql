-- +goose Up
-- When the owner of a session last proved himself, null for when it began; in what kind of browser it is,
-- so that he knows which is which; and the language that it began with, "" for the account's own.
alter table session add column proved_at timestamptz;
alter table session add column agent text not null default '';
alter table session add column language text not null default '';

-- The new address that a link confirms, "" for any other link.
alter table account_token add column email text not null default '';

-- The number that the owner of a portal account gave (sealed), and since when it and his address are as they are.
alter table account add column contact_phone bytea;
alter table account add column phone_at timestamptz;
alter table account add column email_at timestamptz;
alter table account add column email_by text not null default '';
