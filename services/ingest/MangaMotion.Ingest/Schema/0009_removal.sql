-- Objects of deleted rows, written with the deletion. A row goes when its objects are removed.
create table object_removals (
    id         uuid primary key,
    -- Keys that are removed.
    keys       text[] not null,
    -- Prefixes below which objects that belong to no row are removed.
    prefixes   text[] not null,
    created_at timestamptz not null default clock_timestamp()
);

-- Holds the ingest of a chapter until the transaction that accepts a video of it ends, or fails, and with it the transaction.
create function hold_chapter(p_ingest uuid, p_assets uuid[]) returns void language plpgsql as $$
begin
    perform from ingests where id = p_ingest for key share;
    if (select count(*) from assets where ingest_id = p_ingest and id = any(p_assets)) <> cardinality(p_assets) then
        raise exception 'the ingest or one of its files was deleted' using errcode = 'MM404';
    end if;
end
$$;
