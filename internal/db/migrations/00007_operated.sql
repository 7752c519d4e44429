-- What an operator is told is counted in indexes that hold only what is not finished, so that
-- counting costs what waits and not what is kept.
-- +goose Up
create index mail_unsent on mail (state, created_at) where state <> 'sent';
create index document_unreleased on document (state, created_at) where state <> 'released';
create index session_open on session (expires_at, seen_at) where ended_at is null;
