-- Photos in HEIC and WebP become JPEG (ADR 35): under what name a document was sent whose bytes are others now, '' for the
-- same.
-- +goose Up
alter table document add column sent_as text not null default '';
