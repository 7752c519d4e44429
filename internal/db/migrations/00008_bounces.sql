-- Why a mail did not arrive, as a key of a text; and to whom mail does not arrive (ADR 14). Words are
-- those of a mail server. From clears_at on the address counts as mended: mail was sent anew, and
-- nothing came back until then.
-- +goose Up
alter table mail add column why text not null default '';
update mail set why = 'not_sent' where state = 'failed';

create table unreachable (
  tenant_id text not null,
  account_id text not null,
  address text not null,
  why text not null,
  words text not null,
  at timestamptz not null,
  clears_at timestamptz,
  primary key (tenant_id, account_id),
  foreign key (tenant_id, account_id) references account (tenant_id, id)
);

-- How many mails of a purpose an account got lately.
create index mail_purpose on mail (tenant_id, account_id, purpose, created_at);
