-- A document that the scanner stopped: what it found, who looked at it, and why. A job that waits
-- for the scanner has a lane of its own.
--
-- SQLite cannot change a check, but both databases drop a column with its own check: the state moves
-- to a new column, which takes the old one's name.
-- +goose Up
alter table document add column stage text not null default 'checking'
  check (stage in ('checking', 'released', 'refused', 'quarantined', 'unscannable'));
update document set stage = state;
alter table document drop column state;
alter table document rename column stage to state;

alter table document add column found text not null default ''; -- in the scanner's words
alter table document add column refusal text not null default ''; -- why it was refused, as a key of a text
alter table document add column flags text not null default ''; -- what the inspection noticed, with spaces between

create index document_held on document (tenant_id, created_at, id) where state in ('quarantined', 'unscannable');

-- What an administrator thinks of a stopped document. Two who want it released have it released.
create table document_verdict (
  tenant_id text not null,
  document_id text not null,
  account_id text not null,
  verdict text not null check (verdict in ('release', 'remove')),
  reason text not null check (length(reason) between 1 and 1000),
  at timestamptz not null,
  primary key (tenant_id, document_id, account_id, verdict),
  foreign key (tenant_id, document_id) references document (tenant_id, id),
  foreign key (tenant_id, account_id) references account (tenant_id, id)
);
create index document_verdict_at on document_verdict (tenant_id, at);

alter table job add column lane text not null default '';
-- A check that was given up is taken up again.
update job set lane = kind, run_at = created_at where kind = 'document.scan' and done_at is null;
drop index job_due;
create index job_due on job (lane, run_at) where done_at is null;
