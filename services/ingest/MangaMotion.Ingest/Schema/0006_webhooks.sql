-- One row for each end of an ingest with a callback_url. The row of the next end waits from the moment the ingest is accepted.
create table webhook_deliveries (
    id              uuid primary key default gen_random_uuid(),
    -- The order of lists.
    seq             bigint generated always as identity,
    ingest_id       uuid not null references ingests (id) on delete cascade,
    owner_id        uuid not null,
    url             text not null,
    status          text not null default 'WAITING' check (status in ('WAITING', 'PENDING', 'DELIVERED', 'FAILED')),
    -- Made at the end of the ingest and the same in every attempt.
    body            text,
    attempts        integer not null default 0,
    next_attempt_at timestamptz,
    last_error      text,
    created_at      timestamptz not null default now(),
    finished_at     timestamptz,
    delivered_at    timestamptz
);

-- However many instances see the end of an ingest at once, one row turns from WAITING to PENDING.
create unique index webhook_deliveries_waiting on webhook_deliveries (ingest_id) where status = 'WAITING';
create index webhook_deliveries_due on webhook_deliveries (next_attempt_at) where status = 'PENDING';
create index webhook_deliveries_by_owner on webhook_deliveries (owner_id, seq);
create index webhook_deliveries_by_ingest on webhook_deliveries (ingest_id);

create function ingests_callback() returns trigger language plpgsql as $$
begin
    insert into webhook_deliveries (ingest_id, owner_id, url) values (new.id, new.owner_id, new.callback_url);
    return null;
end
$$;

create trigger ingests_callback after insert on ingests
    for each row when (new.callback_url is not null) execute function ingests_callback();

-- Deliveries of an owner are signed with its secret, made with the first delivery. After a renewal they are signed with both
-- secrets until previous_until.
create table webhook_secrets (
    owner_id        uuid primary key,
    secret          text not null,
    created_at      timestamptz not null default now(),
    previous_secret text,
    previous_until  timestamptz,
    constraint webhook_secrets_previous check ((previous_secret is null) = (previous_until is null))
);
