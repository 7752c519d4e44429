-- The files of an organisation's house style: its logo and its font.
-- +goose Up
create table tenant_file (
  tenant_id text not null references tenant (id),
  kind text not null check (kind in ('logo', 'font')),
  media_type text not null,
  content bytea not null,
  created_at timestamptz not null,
  primary key (tenant_id, kind)
);
