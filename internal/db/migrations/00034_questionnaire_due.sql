-- The last day on which a questionnaire can be filled in, as 2026-12-31; null for no end.
-- +goose Up
alter table questionnaire add column due_on text;
