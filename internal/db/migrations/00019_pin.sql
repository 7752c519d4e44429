-- The letter with a PIN (manual row A22): what is typed of it is recognised by a MAC, since what stood
-- in it is wiped once it has been printed.

-- +goose Up
alter table letter add column mac bytea;
