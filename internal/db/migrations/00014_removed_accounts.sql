-- An account that the head account of its company has removed (N51): blocked for good, its name stands in
-- what it did, and its address is free for another account.
-- +goose Up
alter table account add column removed_at timestamptz;
