-- State of a video's saga. Whether the video runs, failed or was canceled is in its row in jobs.
create table videos (
    id          uuid primary key references jobs (id) on delete cascade,
    -- One of VideoStates.
    state       text not null,
    options     jsonb not null,
    -- The editable document; null until it is written.
    script      jsonb,
    -- Number, object key and SHA-256 of each page.
    pages       jsonb,
    approved_at timestamptz,
    created_at  timestamptz not null default now()
);

create table stages (
    video_id    uuid not null references videos (id) on delete cascade,
    stage       text not null check (stage in ('script_gen', 'voice_gen', 'video_gen', 'compositing')),
    position    integer not null,
    status      text not null default 'UPLOADED' check (status in ('UPLOADED', 'PROCESSING', 'DONE')),
    -- Parts of the stage: shots to speak, segments to render.
    done        integer not null default 0,
    total       integer not null default 0,
    -- The job of a stage that consists of one part: the script, the composition.
    job_id      uuid,
    started_at  timestamptz,
    finished_at timestamptz,
    primary key (video_id, stage)
);

-- One panel with its line, speech and camera move, in the order of the script.
create table shots (
    video_id       uuid not null references videos (id) on delete cascade,
    position       integer not null,
    shot_id        text not null,
    page           integer not null,
    -- Jobs that make the shot. The first is null for a silent shot, the second until video_gen begins.
    speech_job_id  uuid,
    segment_job_id uuid,
    primary key (video_id, position)
);

-- Pieces of the video in order: one for each shot and one for each transition between two.
create table segments (
    video_id   uuid not null references videos (id) on delete cascade,
    position   integer not null,
    -- Positions of the shots that the segment shows; next_shot only in a transition.
    shot       integer not null,
    next_shot  integer,
    frames     integer not null,
    job_id     uuid not null,
    primary key (video_id, position)
);
