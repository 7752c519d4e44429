-- +goose Up
-- The accounts of a client are found by his key also where a statement asks for the face too: SQLite took an index that
-- begins with the face, and read the accounts of all clients.
drop index account_client;
create index account_client on account (tenant_id, client_id, face);
-- What was asked for in a dossier is found by its key and stands in its order: SQLite took the index that has the order
-- and read all that the organisation ever asked for.
drop index request_item_dossier;
create index request_item_dossier on request_item (tenant_id, dossier_id, request_id, position);
