-- +goose Up
-- A dossier that is touched finds its rows in the lists by its key: without this, each message and each
-- change read the lists of the whole organisation.
create index dossier_list_dossier on dossier_list (tenant_id, dossier_id);
