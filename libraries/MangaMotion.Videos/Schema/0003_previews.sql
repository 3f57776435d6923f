-- Shots that their owner wants to see before the rest of the video. They belong to the newest script: an edit deletes them.
create table previews (
    video_id       uuid not null references videos (id) on delete cascade,
    shot_id        text not null,
    -- Parts of the video that make the shot. The first is null for a silent shot, the second until the line is spoken.
    speech_job_id  uuid,
    segment_job_id uuid,
    primary key (video_id, shot_id)
);
