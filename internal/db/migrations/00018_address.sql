-- Where a client says that he lives (manual row A15).

-- +goose Up
alter table account add column address bytea; -- sealed
alter table account add column address_at timestamptz;
