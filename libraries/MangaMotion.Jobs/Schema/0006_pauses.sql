alter table paused_queues
    add column reason    text,
    -- Time at which the queue resumes by itself; null: when it is resumed.
    add column ends_at   timestamptz,
    -- Name of the API key.
    add column paused_by text;
