-- Durations of jobs by the hour: sums of job_latencies, whose minutes are kept for 25 hours. See there for bucket and measure.
create table job_latency_hours (
    hour    timestamptz not null,
    type    text not null,
    stage   text not null,
    outcome text not null,
    measure text not null,
    bucket  smallint not null,
    count   bigint not null,
    primary key (hour, type, stage, outcome, measure, bucket)
);

-- Largest number of waiting messages and largest age of a waiting job, of each minute and job type.
create table queue_depths (
    minute         timestamptz not null,
    type           text not null,
    ready          bigint not null,
    oldest_seconds double precision not null,
    primary key (minute, type)
);

create table queue_depth_hours (
    hour           timestamptz not null,
    type           text not null,
    ready          bigint not null,
    oldest_seconds double precision not null,
    primary key (hour, type)
);
