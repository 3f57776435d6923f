-- A caller's Idempotency-Key: held while its request runs, then with the answer, which is written in the transaction that accepts.
create table idempotency_keys (
    owner_id    uuid not null,
    key         text not null,
    token       uuid not null,
    held_until  timestamptz not null,
    expires_at  timestamptz not null,
    -- All null while the request runs.
    fingerprint text,
    status      integer,
    location    text,
    answer      text,
    resource_id uuid,
    primary key (owner_id, key)
);

create index idempotency_keys_expiry on idempotency_keys (expires_at);

-- Writes the answer, or fails, and with it the transaction that it stands in.
create function answer_idempotency_key(
    p_owner uuid, p_key text, p_token uuid, p_fingerprint text, p_status integer, p_location text, p_answer text, p_resource uuid)
returns void language plpgsql as $$
begin
    update idempotency_keys set fingerprint = p_fingerprint, status = p_status, location = p_location, answer = p_answer, resource_id = p_resource
    where owner_id = p_owner and key = p_key and token = p_token and status is null;
    if not found then
        raise exception 'the idempotency key is held by another request' using errcode = 'MM409';
    end if;
end
$$;
