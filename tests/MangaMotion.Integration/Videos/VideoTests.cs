using MangaMotion.Integration.Jobs;
using MangaMotion.Jobs;
using MangaMotion.Jobs.Replays;
using MangaMotion.TestSupport;
using MangaMotion.Videos;

namespace MangaMotion.Integration.Videos;

public sealed class VideoTests(TestStack stack) : IAsyncLifetime
{
    /// <summary>Segments of six shots, of which every second one fades in.</summary>
    private const string Segments = "1;1+2;2;3;3+4;4;5;5+6;6;";

    private VideoWorld _world = null!;

    private FakeStages Stages => _world.Stages;

    public async ValueTask InitializeAsync() => _world = await VideoWorld.CreateAsync(stack);

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Two_workers_make_each_part_once_and_join_the_parts_in_order()
    {
        await _world.StartWorkerAsync();
        await _world.StartWorkerAsync();

        var video = await _world.SubmitAsync();

        (await _world.UntilAsync(video, JobStatus.Done)).Attempts.ShouldBe(1);
        (await _world.ReadVideoAsync(video)).ShouldBe(Segments);
        Stages.Made.Count.ShouldBe(1 + 6 + 9 + 1);
        Stages.Made.Distinct().Count().ShouldBe(Stages.Made.Count);
        (await _world.Jobs.ScalarAsync<long>("select count(*) from stages where video_id = $1 and status = 'DONE' and done = total", video))
            .ShouldBe(4);
        (await _world.Jobs.ScalarAsync<short>("select progress from jobs where id = $1", video)).ShouldBe((short)100);
        await _world.UntilStateAsync(video, "Completed");
    }

    [Fact]
    public async Task Repeated_and_late_events_change_nothing()
    {
        await _world.StartWorkerAsync();
        await _world.StartWorkerAsync();
        Guid video = default;
        Stages.Before = async (_, _) =>
        {
            if (video != default)
                await _world.RepeatEventsAsync(video, 3);
        };

        video = await _world.SubmitAsync();
        await _world.UntilAsync(video, JobStatus.Done);
        await _world.RepeatEventsAsync(video, 20);
        await EmptyAsync();

        (await _world.ReadVideoAsync(video)).ShouldBe(Segments);
        Stages.Made.Distinct().Count().ShouldBe(Stages.Made.Count);
        (await _world.UntilAsync(video, JobStatus.Done)).Attempts.ShouldBe(1);
        (await _world.Jobs.ScalarAsync<long>("select count(*) from jobs where parent_id = $1", video)).ShouldBe(17);
        await _world.UntilStateAsync(video, "Completed");
    }

    [Fact]
    public async Task A_failing_shot_is_retried_alone_and_gives_one_dead_letter_of_the_video()
    {
        var broken = true;
        var tries = 0;
        Stages.Before = (name, _) =>
        {
            if (name != "render 3" || !broken)
                return Task.CompletedTask;
            Interlocked.Increment(ref tries);
            throw new InvalidOperationException("The encoder fell over.");
        };
        await _world.StartWorkerAsync();
        var errors = new BrokerQueue(_world.Jobs, "video-gen_error");

        var video = await _world.SubmitAsync();
        var failed = await _world.UntilAsync(video, JobStatus.Failed);
        await errors.UntilAsync(1);

        tries.ShouldBe(3);
        failed.LastError.ShouldNotBeNull().ShouldContain("The encoder fell over.");
        (await _world.Jobs.ScalarAsync<long>("select count(*) from failed_jobs where job_id = $1 and job_type = 'video' and attempts = 3 "
            + "and resolved_at is null", video)).ShouldBe(1);
        await Eventually.Until(() => Stages.Count("render") == 8, what: "the other segments are rendered");
        await Eventually.Until(async () => await MeasuredAsync() == "/dead_letter=1 script_gen/done=1 video_gen/dead_letter=1 "
            + "video_gen/done=8 video_gen/transient=2 voice_gen/done=6");

        broken = false;
        Stages.Forget();
        (await errors.MoveAsync("video-gen")).ShouldBe(1);
        await _world.UntilAsync(video, JobStatus.Done);

        Stages.Made.ShouldBe(["render 3", "compose"]);
        (await _world.ReadVideoAsync(video)).ShouldBe(Segments);
        (await _world.Jobs.ScalarAsync<long>("select count(*) from failed_jobs where resolved_at is null")).ShouldBe(0);
        await Eventually.Until(async () => await MeasuredAsync()
            == "/dead_letter=1 /done=1 compositing/done=1 script_gen/done=1 video_gen/dead_letter=1 video_gen/done=9 "
                + "video_gen/transient=2 voice_gen/done=6");
    }

    [Fact]
    public async Task A_replay_by_the_api_makes_only_the_missing_parts()
    {
        var broken = true;
        Stages.Before = (name, _) => broken && name is "speak aa" or "speak aaaa"
            ? throw new PermanentJobException("unspeakable", "This cannot be spoken.")
            : Task.CompletedTask;
        await _world.StartWorkerAsync();
        var video = await _world.SubmitAsync();
        await _world.UntilAsync(video, JobStatus.Failed);
        await Eventually.Until(() => Stages.Count("speak") == 4);
        await EmptyAsync();
        (await _world.Jobs.ScalarAsync<long>("select count(*) from failed_jobs")).ShouldBe(1);

        broken = false;
        Stages.Before = (_, _) => Task.CompletedTask;
        Stages.Forget();
        (await _world.Jobs.ReplayAsync(video)).ShouldBe(JobChange.Changed);
        await _world.UntilAsync(video, JobStatus.Done);

        Stages.Count("speak").ShouldBe(2);
        Stages.Count("script").ShouldBe(0);
        (await _world.ReadVideoAsync(video)).ShouldBe(Segments);
    }

    [Fact]
    public async Task Cancel_stops_running_parts_and_a_replay_continues_with_the_rest()
    {
        var running = new TaskCompletionSource();
        var stopped = new TaskCompletionSource();
        Stages.Before = async (name, cancellationToken) =>
        {
            if (name != "render 5")
                return;
            running.TrySetResult();
            await using var registration = cancellationToken.Register(() => stopped.TrySetResult());
            await Task.Delay(Timeout.Infinite, cancellationToken);
        };
        await _world.StartWorkerAsync();
        var video = await _world.SubmitAsync();
        await running.Task.WaitAsync(TimeSpan.FromSeconds(60));

        (await _world.Jobs.CancelAsync(video)).ShouldBe(JobChange.Changed);

        await stopped.Task.WaitAsync(TimeSpan.FromSeconds(30));
        (await _world.Jobs.FindAsync(video)).Status.ShouldBe(JobStatus.Canceled);
        await _world.RepeatEventsAsync(video, 3);
        await EmptyAsync();
        (await _world.Jobs.ScalarAsync<long>("select count(*) from jobs where parent_id = $1 "
            + "and status in ('UPLOADED', 'PROCESSING')", video)).ShouldBe(0);
        Stages.Count("compose").ShouldBe(0);

        Stages.Before = (_, _) => Task.CompletedTask;
        (await _world.Jobs.ReplayAsync(video)).ShouldBe(JobChange.Changed);
        await _world.UntilAsync(video, JobStatus.Done);
        (await _world.Jobs.ScalarAsync<long>("select count(*) from job_attempts where outcome = 'done'")).ShouldBe(
            17, "nothing that was finished is made again");
        (await _world.ReadVideoAsync(video)).ShouldBe(Segments);
    }

    [Fact]
    public async Task A_changed_line_rebuilds_one_speech_and_at_most_three_segments()
    {
        await _world.StartWorkerAsync();
        var video = await _world.SubmitAsync();
        await _world.UntilAsync(video, JobStatus.Done);
        Stages.Forget();

        await _world.EditAsync(video, shot => shot.Id == "p001-s04" ? shot with { Line = "something much longer than before" } : shot);
        await Eventually.Until(() => Stages.Count("compose") == 1);
        await _world.UntilAsync(video, JobStatus.Done);

        Stages.Made.ShouldBe(["speak something much longer than before", "render 3+4", "render 4", "compose"], ignoreOrder: true);
        (await _world.ReadVideoAsync(video)).ShouldBe(Segments);

        Stages.Forget();
        await _world.EditAsync(video, shot => shot.Id == "p001-s04" ? shot with { Line = "aaaa" } : shot);
        await _world.UntilAsync(video, JobStatus.Done);
        Stages.Made.ShouldBeEmpty("the first version is still there");
    }

    [Fact]
    public async Task Edits_of_a_video_that_is_made_wait_until_it_is_finished_and_none_is_lost()
    {
        var (running, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        Stages.Before = async (name, cancellationToken) =>
        {
            if (name != "render 5")
                return;
            running.TrySetResult();
            await go.Task.WaitAsync(cancellationToken);
        };
        await _world.StartWorkerAsync();
        var video = await _world.SubmitAsync();
        await running.Task.WaitAsync(TimeSpan.FromSeconds(60));

        (await _world.EditAsync(video, shot => shot.Id == "p001-s01" ? shot with { Line = "replaced later" } : shot)).ShouldBeTrue();
        (await _world.EditAsync(video, shot => shot.Id == "p001-s02" ? shot with { Line = "the second edit" } : shot)).ShouldBeTrue();
        (await _world.EditAsync(video, shot => shot.Id == "p001-s01" ? shot with { Line = "the newest edit" } : shot)).ShouldBeTrue();
        await _world.RepeatEventsAsync(video, 3);
        (await _world.FindAsync(video)).ShouldSatisfyAllConditions(
            found => found.EditQueued.ShouldBeTrue(), found => found.Script!.Shots[0].Line.ShouldBe("a"));
        go.SetResult();
        await _world.UntilAsync(video, JobStatus.Done);

        Stages.Made.Where(name => name is "compose" || name.StartsWith("speak", StringComparison.Ordinal)).ShouldBe(
            [.. Enumerable.Range(1, 6).Select(n => $"speak {new string('a', n)}"), "compose", "speak the newest edit",
                "speak the second edit", "compose"],
            ignoreOrder: true);
        (await _world.FindAsync(video)).ShouldSatisfyAllConditions(
            found => found.EditQueued.ShouldBeFalse(),
            found => found.Script!.Shots.Take(2).Select(shot => shot.Line).ShouldBe(["the newest edit", "the second edit"]),
            found => found.State.ShouldBe(VideoStates.Completed));
        (await _world.ReadVideoAsync(video)).ShouldBe(Segments);
    }

    [Fact]
    public async Task The_files_before_an_edit_are_removed_and_made_again_when_the_edit_is_undone()
    {
        await _world.StartWorkerAsync();
        var video = await _world.SubmitAsync();
        await _world.UntilAsync(video, "DONE");
        var (first, content) = (await _world.TakeOldFilesAsync(), await _world.ReadVideoAsync(video));
        first.ShouldBeEmpty();

        await _world.EditAsync(video, shot => shot.Id == "p001-s04" ? shot with { Line = "something else" } : shot);
        await _world.UntilAsync(video, "DONE");
        var old = await _world.TakeOldFilesAsync();
        old.ShouldNotBeEmpty();
        await Stages.Store.DeleteAsync([.. old], default);
        (await _world.ReadVideoAsync(video)).ShouldNotBeEmpty();
        (await _world.TakeOldFilesAsync()).ShouldBeEmpty();

        await _world.EditAsync(video, shot => shot.Id == "p001-s04" ? shot with { Line = "aaaa" } : shot);
        await _world.UntilAsync(video, "DONE");
        (await _world.ReadVideoAsync(video)).ShouldBe(content);
    }

    [Fact]
    public async Task A_queued_edit_outlives_a_cancel_and_is_made_by_the_replay()
    {
        var running = new TaskCompletionSource();
        Stages.Before = async (name, cancellationToken) =>
        {
            if (name != "render 5")
                return;
            running.TrySetResult();
            await Task.Delay(Timeout.Infinite, cancellationToken);
        };
        await _world.StartWorkerAsync();
        var video = await _world.SubmitAsync();
        await running.Task.WaitAsync(TimeSpan.FromSeconds(60));
        (await _world.EditAsync(video, shot => shot.Id == "p001-s06" ? shot with { Line = "edited" } : shot)).ShouldBeTrue();
        (await _world.Jobs.CancelAsync(video)).ShouldBe(JobChange.Changed);
        (await _world.FindAsync(video)).EditQueued.ShouldBeTrue();

        Stages.Before = (_, _) => Task.CompletedTask;
        (await _world.Jobs.ReplayAsync(video)).ShouldBe(JobChange.Changed);
        await _world.UntilAsync(video, JobStatus.Done);

        Stages.Count("speak edited").ShouldBe(1);
        Stages.Count("compose").ShouldBe(1);
        var made = await _world.FindAsync(video);
        (made.EditQueued, made.Script!.Shots[5].Line).ShouldBe((false, "edited"));
    }

    [Fact]
    public async Task A_video_under_review_waits_for_its_owner_and_uses_the_edited_script()
    {
        await _world.StartWorkerAsync();
        var video = await _world.SubmitAsync(new() { Width = 320, Height = 180, Review = true });
        await _world.UntilStateAsync(video, VideoStates.AwaitingApproval);
        await _world.RepeatEventsAsync(video, 2);
        await EmptyAsync();
        Stages.Made.ShouldBe(["script"]);

        await _world.EditAsync(video, shot => shot.Id == "p001-s01" ? shot with { Line = "edited" } : shot);
        (await _world.ApproveAsync(video)).ShouldBe(JobChange.Changed);
        await _world.UntilAsync(video, JobStatus.Done);

        Stages.Made.ShouldContain("speak edited");
        Stages.Made.ShouldNotContain("speak a");
        (await _world.ApproveAsync(video)).ShouldBe(JobChange.NotAllowed);
    }

    [Fact]
    public async Task A_video_that_waits_for_its_owner_is_not_reconciled()
    {
        await _world.StartWorkerAsync(("Jobs:ReconcileAfter", "00:00:01"));
        var video = await _world.SubmitAsync(new() { Width = 320, Height = 180, Review = true });
        await _world.UntilStateAsync(video, VideoStates.AwaitingApproval);
        await EmptyAsync();

        // Another video that has only a row shows when the reconciler has run.
        await _world.Jobs.ExecuteAsync(
            "insert into jobs (id, type, status, max_attempts, input) select gen_random_uuid(), 'video', 'PROCESSING', 3, input "
                + "from jobs where id = $1", video);
        await _world.Jobs.ExecuteAsync("update jobs set updated_at = now() - interval '1 hour' where type = 'video'");
        await Eventually.Until(async () => await _world.Jobs.ScalarAsync<long>("select count(*) from jobs where type = 'video' "
            + "and id <> $1 and updated_at > now() - interval '30 minutes'", video) == 1);

        (await _world.Jobs.ScalarAsync<bool>("select updated_at < now() - interval '30 minutes' from jobs where id = $1", video))
            .ShouldBeTrue();
    }

    [Fact]
    public async Task An_approval_and_an_event_of_the_saga_do_not_deadlock()
    {
        await _world.StartWorkerAsync();
        var video = await _world.SubmitAsync(new() { Width = 320, Height = 180, Review = true });
        await _world.UntilStateAsync(video, VideoStates.AwaitingApproval);
        await EmptyAsync();

        // Locks as the saga does: the row of the video, then that of the job.
        await using var connection = await _world.Jobs.Database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await LockAsync("select from videos where id = $1 for update");
        var approval = _world.ApproveAsync(video);
        await Eventually.Until(async () => await _world.Jobs.ScalarAsync<long>(
            "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'") > 0);
        await LockAsync("select from jobs where id = $1 for update");
        await transaction.CommitAsync();

        (await approval).ShouldBe(JobChange.Changed);
        await _world.UntilAsync(video, JobStatus.Done);

        async Task LockAsync(string sql)
        {
            await using var command = new Npgsql.NpgsqlCommand(sql, connection, transaction) { Parameters = { new() { Value = video } } };
            await command.ExecuteNonQueryAsync();
        }
    }

    [Fact]
    public async Task A_video_stops_after_the_requested_stage_and_can_continue()
    {
        await _world.StartWorkerAsync();
        Stages.Silent = true;
        var video = await _world.SubmitAsync(new() { Width = 320, Height = 180, StopAt = "voice_gen" });
        (await _world.UntilAsync(video, JobStatus.Done)).Result.ShouldNotBeNull().ShouldContain("voice_gen");
        Stages.Made.ShouldBe(["script"]);

        (await _world.ApproveAsync(video)).ShouldBe(JobChange.Changed);
        await Eventually.Until(() => Stages.Count("compose") == 1);

        await _world.UntilAsync(video, JobStatus.Done);
        (await _world.ReadVideoAsync(video)).ShouldBe(Segments);
    }

    [Fact]
    public async Task Progress_moves_within_stages_of_one_part_and_a_video_that_waits_for_approval_has_no_estimate()
    {
        // Progress is stored with the lease.
        await _world.StartWorkerAsync(("Jobs:Lease", "00:00:06"));
        var video = Guid.Empty;
        var seen = new List<int>();
        using var one = new SemaphoreSlim(1);
        Stages.AtHalfTheScript = _ => UntilAsync(12, "script_gen");
        Stages.AtHalfTheComposition = _ => UntilAsync(87, "compositing");
        Stages.Before = (_, _) => LookAsync();
        video = await _world.SubmitAsync(new() { Width = 320, Height = 180, Review = true });

        await _world.UntilStateAsync(video, "AwaitingApproval");
        await Eventually.Until(async () => (await _world.FindAsync(video)).Progress == 25);
        (await _world.FindAsync(video)).EtaSeconds.ShouldBeNull();
        // The wait is no work: it must not count in the estimate of the rest.
        await _world.Jobs.ScalarAsync<long>(
            """
            with job as (update jobs set started_at = started_at - interval '1 day' where id = $1 returning 1),
              stage as (update stages set started_at = started_at - interval '1 day', finished_at = finished_at - interval '1 day'
                where video_id = $1 and stage = 'script_gen' returning 1)
            select count(*) from job, stage
            """, video);
        (await _world.ApproveAsync(video)).ShouldBe(JobChange.Changed);
        await _world.UntilAsync(video, JobStatus.Done);

        seen.ShouldContain(87);
        seen.SequenceEqual(seen.Order()).ShouldBeTrue($"progress goes back: {string.Join(' ', seen)}");

        async Task UntilAsync(int progress, string stage)
        {
            await Eventually.Until(async () => video != Guid.Empty && (await _world.FindAsync(video)).Progress == progress);
            var found = await _world.FindAsync(video);
            found.Stages.Single(row => row.Name == stage).Progress.ShouldBeInRange(48, 50);
            await LookAsync();
            if (stage == "compositing")
                found.EtaSeconds.ShouldNotBeNull().ShouldBeLessThan(3600);
        }

        // One after the other, so that the order of the list is that of the reads.
        async Task LookAsync()
        {
            await one.WaitAsync();
            if (video != Guid.Empty)
                seen.Add((await _world.FindAsync(video)).Progress);
            one.Release();
        }
    }

    [Fact]
    public async Task A_retried_stage_keeps_its_progress()
    {
        await _world.StartWorkerAsync(("Jobs:Lease", "00:00:12"));
        const string Progress = "select progress::int from jobs where parent_id = $1 and type = 'script-gen'";
        var video = Guid.Empty;
        var (begun, tried) = (new TaskCompletionSource(), 0);
        Stages.Before = (name, token) => name == "script" ? begun.Task.WaitAsync(token) : Task.CompletedTask;
        Stages.AtHalfTheScript = async _ =>
        {
            if (Interlocked.Increment(ref tried) > 1)
                return;
            await Eventually.Until(async () => await _world.Jobs.ScalarAsync<int>(Progress, video) == 12);
            begun = new();
            throw new IOException("half a script");
        };
        video = await _world.SubmitAsync();
        begun.SetResult();

        await Eventually.Until(async () => await _world.Jobs.ScalarAsync<long>(
            "select count(*) from jobs where parent_id = $1 and type = 'script-gen' and status = 'PROCESSING' and attempts = 2",
            video) == 1);
        (await _world.Jobs.ScalarAsync<int>(Progress, video)).ShouldBe(12);
        begun.SetResult();
        await _world.UntilAsync(video, JobStatus.Done);
    }

    [Fact]
    public async Task A_video_that_stops_after_its_script_stays_stopped_when_the_script_is_edited()
    {
        await _world.StartWorkerAsync();
        var video = await _world.SubmitAsync(new() { Width = 320, Height = 180, StopAt = "script_gen" });
        await _world.UntilAsync(video, JobStatus.Done);

        await _world.EditAsync(video, shot => shot.Line == "a" ? shot with { Line = "edited" } : shot);
        (await _world.Jobs.ScalarAsync<string>("select status from jobs where id = $1", video)).ShouldBe(JobStatus.Done);
        (await _world.ApproveAsync(video)).ShouldBe(JobChange.Changed);
        await Eventually.Until(() => Stages.Count("compose") == 1);

        Stages.Made.ShouldContain("speak edited");
        Stages.Made.ShouldNotContain("speak a");
    }

    [Fact]
    public async Task A_line_that_was_spoken_twice_keeps_the_sound_of_its_times()
    {
        await _world.StartWorkerAsync();
        var (first, second) = (await _world.SubmitAsync(), await _world.SubmitAsync());
        // Both speak at the same time, as two workers may. A provider never speaks a line twice with the same bytes.
        var spoken = 0;
        var both = new TaskCompletionSource();
        Stages.Before = async (name, token) =>
        {
            if (name == "speak a" && Interlocked.Increment(ref spoken) == 2)
                both.SetResult();
            if (name == "speak a")
                await both.Task.WaitAsync(token);
        };
        await _world.UntilAsync(first, JobStatus.Done);
        await _world.UntilAsync(second, JobStatus.Done);

        (await _world.Jobs.ScalarAsync<long>(
            "select count(distinct j.result ->> 'key') from shots s join jobs j on j.id = s.speech_job_id where s.position = 0 "
                + "and s.video_id in ($1, $2)", first, second)).ShouldBe(2);
    }

    [Fact]
    public async Task Purged_queues_lose_no_video_and_stages_run_where_they_are_enabled()
    {
        (string, string)[] quick = [("Jobs:ReconcileAfter", "00:00:01")];
        await _world.StartWorkerAsync([.. quick, ("Stages:Enabled", "script_gen,voice_gen,compositing")]);
        var video = await _world.SubmitAsync(lane: Lane.High);
        await _world.UntilStateAsync(video, VideoStates.VideoGen);
        Stages.Count("render").ShouldBe(0);

        var filming = await _world.StartWorkerAsync([.. quick, ("Stages:Enabled", "video_gen")]);
        await Eventually.Until(() => Stages.Count("render") > 0);
        foreach (var queue in (string[])["video-high", "video-gen-high", "compositing-high"])
            await new BrokerQueue(_world.Jobs, queue).PurgeAsync();

        await _world.UntilAsync(video, JobStatus.Done);
        (await _world.ReadVideoAsync(video)).ShouldBe(Segments);
        Stages.Made.Distinct().Count().ShouldBe(Stages.Made.Count);
        filming.ShouldNotBeNull();
    }

    /// <summary>Reads the attempts by stage and outcome, with those of the whole video.</summary>
    private Task<string> MeasuredAsync() => _world.Jobs.ScalarAsync<string>(
        """
        select coalesce(string_agg(stage || '/' || outcome || '=' || count, ' ' order by stage collate "C", outcome), '')
        from (
          select stage, outcome, sum(count) as count from job_latencies where type = 'video' group by stage, outcome, measure
          intersect
          select stage, outcome, sum(count) from job_latencies where type = 'video' and measure = 'run' group by stage, outcome) as measured
        """);

    private Task EmptyAsync() => Eventually.Until(async () =>
        await _world.Jobs.ScalarAsync<long>("select count(*) from outbox") == 0
        && await DepthAsync() == 0);

    /// <summary>Reads the number of messages in the saga's queue, with the unacknowledged ones.</summary>
    private async Task<long> DepthAsync()
    {
        using var response = await _world.Jobs.Broker.GetAsync($"api/queues/{_world.Jobs.VirtualHost}/video");
        return (await System.Net.Http.Json.HttpContentJsonExtensions.ReadFromJsonAsync<System.Text.Json.JsonElement>(response.Content))
            .TryGetProperty("messages", out var messages) ? messages.GetInt64() : 1;
    }
}
