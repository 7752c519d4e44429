-- Whoever comes by another party alone may have no e-mail address: Home asks for one until he puts that away.

-- +goose Up
alter table account add column ask_put_away_at timestamptz;
