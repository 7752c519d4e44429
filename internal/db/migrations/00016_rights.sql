-- What an extra account may do, as words (ADR 20). The role of any other account says it.
-- +goose Up
alter table account add column rights text not null default '';
update account set rights = 'dossiers:see dossiers:upload messages:see messages:send' where role = 'extra';
