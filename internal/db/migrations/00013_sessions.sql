-- +goose Up
-- When the owner of a session last proved himself, null for when it began; in what kind of browser it is,
-- so that he knows which is which; and the language that it began with, "" for the account's own.
alter table session add column proved_at timestamptz;
alter table session add column agent text not null default '';
alter table session add column language text not null default '';
