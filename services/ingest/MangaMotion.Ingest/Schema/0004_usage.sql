-- Bytes that an owner stored on a day (UTC), written where there is a quota.
create table owner_usage (
    owner_id uuid not null,
    day      date not null,
    bytes    bigint not null,
    primary key (owner_id, day)
);
