-- Messages on their way to the broker, immediate and scheduled ones. A row is deleted once the broker has confirmed it.
CREATE TABLE outbox (
    -- Made by the inserting process, which so can delete what it has delivered from memory.
    id            uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    seq           bigint GENERATED ALWAYS AS IDENTITY,
    -- A little ahead where the inserting process delivers the row itself: the others look at it only if that process dies.
    not_before    timestamptz NOT NULL DEFAULT now(),
    -- Messages of one insert form a group that one instance takes whole, by its first row: this is what keeps their order.
    group_id      uuid,
    follows       boolean NOT NULL DEFAULT false,
    -- True where the inserting process has a deliverer, which needs no NOTIFY to learn of the row.
    announced     boolean NOT NULL DEFAULT false,
    message_id    uuid NOT NULL,
    destination   text NOT NULL,
    message_types text NOT NULL,
    content_type  text NOT NULL,
    body          bytea NOT NULL,
    envelope      json NOT NULL,
    -- MassTransit's token of a scheduled message, by which it can be cancelled.
    token         uuid,
    attempts      integer NOT NULL DEFAULT 0,
    last_error    text,
    created_at    timestamptz NOT NULL DEFAULT now()
) WITH (
    -- A queue's pages fill with dead rows at the speed of the traffic; clean up early and without pausing.
    autovacuum_vacuum_scale_factor = 0.02,
    autovacuum_vacuum_threshold = 1000,
    autovacuum_vacuum_insert_scale_factor = 0.2,
    autovacuum_analyze_scale_factor = 0.1,
    autovacuum_vacuum_cost_delay = 0
);

CREATE INDEX outbox_due ON outbox (not_before, seq) WHERE NOT follows;
CREATE INDEX outbox_group ON outbox (group_id, seq) WHERE group_id IS NOT NULL;
CREATE INDEX outbox_token ON outbox (token) WHERE token IS NOT NULL;

CREATE FUNCTION outbox_notify() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NOTIFY outbox;
    RETURN NULL;
END
$$;

-- NOTIFY takes a lock of the whole server until the commit is on disk, so commits that notify go one at a time.
-- Hence only rows that nobody in their own process delivers are notified; Postgres folds the rest of a transaction into one.
CREATE TRIGGER outbox_notify AFTER INSERT ON outbox
    FOR EACH ROW WHEN (NOT new.announced) EXECUTE FUNCTION outbox_notify();

-- Messages that a consumer has handled, so that a duplicate is recognised. Purged after the duplicate detection window.
CREATE TABLE inbox (
    message_id  uuid NOT NULL,
    consumer_id uuid NOT NULL,
    consumed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (message_id, consumer_id)
);

CREATE INDEX inbox_consumed_at ON inbox (consumed_at);
