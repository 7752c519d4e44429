-- Photos become JPEG, and several of one answer a PDF (ADR 35). sent_as is under what name a document was sent whose bytes
-- are others now, '' for the same.
-- +goose Up
alter table document add column sent_as text not null default '';
-- An upload with a document_id is a further page of a document that is being checked; position is its place in an answer.
alter table upload add column document_id text;
alter table upload add column position bigint not null default 0;
create index upload_document on upload (tenant_id, document_id);
-- Whether the photos of an answer become one PDF.
alter table request_item add column together boolean not null default true;
