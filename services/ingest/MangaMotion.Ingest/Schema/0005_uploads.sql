-- A direct upload: where its object may be put, by whom, how large and of what type.
create table uploads (
    id           uuid primary key,
    owner_id     uuid not null,
    key          text not null,
    name         text not null,
    content_type text not null,
    size         bigint not null,
    sha256       text,
    -- Of the link's token, where the store has no presigned links.
    token_sha256 bytea not null,
    link_until   timestamptz not null,
    expires_at   timestamptz not null,
    created_at   timestamptz not null default now(),
    consumed_by  uuid
);

create index uploads_open on uploads (owner_id) where consumed_by is null;
create index uploads_expiry on uploads (expires_at);

-- To be run in the transaction that accepts the ingest, which fails where another was faster.
create function consume_uploads(owner uuid, wanted uuid[], ingest uuid) returns void language plpgsql as $$
declare
    consumed integer;
begin
    update uploads u set consumed_by = ingest
    from (select id from uploads where id = any(wanted) and owner_id = owner and consumed_by is null order by id for update) locked
    where u.id = locked.id;
    get diagnostics consumed = row_count;
    if consumed <> cardinality(wanted) then
        raise exception 'an upload was consumed by another ingest' using errcode = 'MM410';
    end if;
end
$$;
