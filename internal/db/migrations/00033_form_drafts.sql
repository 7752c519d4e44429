-- What an administrator makes of a form before anybody fills it in (ADR 32): one draft for each form.
-- +goose Up
create table form_draft (
  tenant_id text not null references tenant (id),
  id text not null,
  name text not null, -- of the form
  title_nl text not null,
  title_en text not null,
  source text not null,
  changed_at timestamptz not null,
  changed_by text not null,
  version bigint not null default 1,
  primary key (tenant_id, id),
  constraint form_draft_name unique (tenant_id, name),
  foreign key (tenant_id, changed_by) references account (tenant_id, id)
);
