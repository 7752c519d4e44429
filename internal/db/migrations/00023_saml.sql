-- Log-ins by SAML. An answer that the browser posts comes from another site, without its cookie: it waits, sealed, until the
-- same browser asks for it.
-- +goose Up
alter table connection_request add column answer bytea;
