-- Letters that leave on paper, and how somebody without an e-mail address comes in (ADR 17).
--
-- An account has a name to log in with until its first log-in is over; stage is how far that is. What
-- stands in a letter is sealed, and wiped once it has been printed.
-- +goose Up
alter table account add column login_name text; -- lower case, never with an @
alter table account add column stage text not null default '' check (stage in ('', 'letter', 'contact', 'confirm'));
alter table account add column email_unproved boolean not null default false; -- nobody has shown that mail reaches the owner
alter table account add column contact bytea; -- sealed
create unique index account_login_name on account (tenant_id, face, login_name);

create table letter (
  tenant_id text not null,
  id text not null,
  account_id text not null,
  kind text not null,
  state text not null check (state in ('to_print', 'printed', 'used', 'replaced', 'revoked', 'expired', 'worn')),
  content bytea, -- sealed, null once it is wiped
  tries bigint not null default 0,
  created_at timestamptz not null,
  created_by text not null,
  printed_at timestamptz,
  printed_by text,
  ended_at timestamptz,
  ended_by text,
  expires_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, account_id) references account (tenant_id, id),
  foreign key (tenant_id, created_by) references account (tenant_id, id)
);
create index letter_account on letter (tenant_id, account_id, kind);
create index letter_made on letter (tenant_id, created_at, id);
create index letter_waiting on letter (tenant_id) where state = 'to_print';
create index letter_unwiped on letter (tenant_id) where content is not null;
