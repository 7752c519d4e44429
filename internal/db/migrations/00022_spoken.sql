-- A message that is spoken on a call instead of sent as a text (ADR 15).

-- +goose Up
alter table sms add column voice text not null default ''; -- the language, as nl-NL; '' is a text message
