-- Newest edit of a video that is being made. It becomes the script when the video starts again.
alter table videos add column queued_script jsonb;
