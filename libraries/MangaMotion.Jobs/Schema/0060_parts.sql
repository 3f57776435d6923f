-- A job may be a part of another: claimed, tried again and handed back like any other, but the whole fails with it.
alter table jobs add column parent_id uuid references jobs (id) on delete cascade;

create index jobs_parts on jobs (parent_id) where parent_id is not null;
