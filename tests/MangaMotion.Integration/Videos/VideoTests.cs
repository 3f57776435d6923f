using MangaMotion.Integration.Jobs;
using MangaMotion.Jobs;
using MangaMotion.Jobs.Replays;
using MangaMotion.TestSupport;
using MangaMotion.Videos;

namespace MangaMotion.Integration.Videos;

public sealed class VideoTests(TestStack stack) : IAsyncLifetime
{
    /// <summary>Six shots, of which every second one fades in.</summary>
    private const string Film = "1;1+2;2;3;3+4;4;5;5+6;6;";

    private VideoWorld _world = null!;

    private FakeStages Stages => _world.Stages;

    public async ValueTask InitializeAsync() => _world = await VideoWorld.CreateAsync(stack);

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Two_workers_make_each_part_once_and_join_them_in_order()
    {
        await _world.StartWorkerAsync();
        await _world.StartWorkerAsync();

        var video = await _world.SubmitAsync();

        (await _world.UntilAsync(video, JobStatus.Done)).Attempts.ShouldBe(1);
        (await _world.ReadFilmAsync(video)).ShouldBe(Film);
        Stages.Made.Count.ShouldBe(1 + 6 + 9 + 1);
        Stages.Made.Distinct().Count().ShouldBe(Stages.Made.Count);
        (await _world.Jobs.ScalarAsync<long>("select count(*) from stages where video_id = $1 and status = 'DONE' and done = total", video)).ShouldBe(4);
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

        (await _world.ReadFilmAsync(video)).ShouldBe(Film);
        Stages.Made.Distinct().Count().ShouldBe(Stages.Made.Count);
        (await _world.UntilAsync(video, JobStatus.Done)).Attempts.ShouldBe(1);
        (await _world.Jobs.ScalarAsync<long>("select count(*) from jobs where parent_id = $1", video)).ShouldBe(17);
        await _world.UntilStateAsync(video, "Completed");
    }

    [Fact]
    public async Task A_bad_shot_is_tried_again_alone_and_its_failure_is_one_dead_letter_of_the_video()
    {
        var broken = true;
        var tries = 0;
        Stages.Before = (name, _) =>
        {
            if (name != "film 3" || !broken)
                return Task.CompletedTask;
            Interlocked.Increment(ref tries);
            throw new InvalidOperationException("The encoder fell over.");
        };
        await _world.StartWorkerAsync();
        var errors = new BrokerQueue(_world.Jobs, "video-gen_error");

        var video = await _world.SubmitAsync();
        var failed = await _world.UntilAsync(video, JobStatus.Failed);
        await Eventually.Until(async () => (await errors.PeekAsync()).Length == 1);

        tries.ShouldBe(3);
        failed.LastError.ShouldNotBeNull().ShouldContain("The encoder fell over.");
        (await _world.Jobs.ScalarAsync<long>("select count(*) from failed_jobs where job_id = $1 and job_type = 'video' and attempts = 3 and resolved_at is null", video)).ShouldBe(1);
        await Eventually.Until(() => Stages.Count("film") == 8, what: "the other segments are filmed");
        await Eventually.Until(async () => await MeasuredAsync() == "/dead_letter=1 script_gen/done=1 video_gen/dead_letter=1 video_gen/done=8 video_gen/transient=2 voice_gen/done=6");

        broken = false;
        Stages.Forget();
        (await errors.MoveAsync("video-gen")).ShouldBe(1);
        await _world.UntilAsync(video, JobStatus.Done);

        Stages.Made.ShouldBe(["film 3", "compose"]);
        (await _world.ReadFilmAsync(video)).ShouldBe(Film);
        (await _world.Jobs.ScalarAsync<long>("select count(*) from failed_jobs where resolved_at is null")).ShouldBe(0);
        await Eventually.Until(async () => await MeasuredAsync()
            == "/dead_letter=1 /done=1 compositing/done=1 script_gen/done=1 video_gen/dead_letter=1 video_gen/done=9 video_gen/transient=2 voice_gen/done=6");
    }

    [Fact]
    public async Task A_replay_through_the_api_makes_only_what_is_missing()
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
        (await _world.ReadFilmAsync(video)).ShouldBe(Film);
    }

    [Fact]
    public async Task Cancel_stops_what_runs_and_a_replay_goes_on_from_there()
    {
        var running = new TaskCompletionSource();
        var stopped = new TaskCompletionSource();
        Stages.Before = async (name, cancellationToken) =>
        {
            if (name != "film 5")
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
        (await _world.Jobs.ScalarAsync<long>("select count(*) from jobs where parent_id = $1 and status in ('UPLOADED', 'PROCESSING')", video)).ShouldBe(0);
        Stages.Count("compose").ShouldBe(0);

        Stages.Before = (_, _) => Task.CompletedTask;
        (await _world.Jobs.ReplayAsync(video)).ShouldBe(JobChange.Changed);
        await _world.UntilAsync(video, JobStatus.Done);
        (await _world.Jobs.ScalarAsync<long>("select count(*) from job_attempts where outcome = 'done'")).ShouldBe(17, "nothing that was finished is made again");
        (await _world.ReadFilmAsync(video)).ShouldBe(Film);
    }

    [Fact]
    public async Task A_changed_line_is_one_speech_and_at_most_three_segments()
    {
        await _world.StartWorkerAsync();
        var video = await _world.SubmitAsync();
        await _world.UntilAsync(video, JobStatus.Done);
        Stages.Forget();

        await _world.EditAsync(video, shot => shot.Id == "p001-s04" ? shot with { Line = "something much longer than before" } : shot);
        await Eventually.Until(() => Stages.Count("compose") == 1);
        await _world.UntilAsync(video, JobStatus.Done);

        Stages.Made.ShouldBe(["speak something much longer than before", "film 3+4", "film 4", "compose"], ignoreOrder: true);
        (await _world.ReadFilmAsync(video)).ShouldBe(Film);

        Stages.Forget();
        await _world.EditAsync(video, shot => shot.Id == "p001-s04" ? shot with { Line = "aaaa" } : shot);
        await _world.UntilAsync(video, JobStatus.Done);
        Stages.Made.ShouldBeEmpty("the first version is still there");
    }

    [Fact]
    public async Task A_video_under_review_waits_for_its_owner_and_takes_the_edited_script()
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

        // Another one, of which there is nothing but its row, tells when the reconciler has been there.
        await _world.Jobs.ExecuteAsync(
            "insert into jobs (id, type, status, max_attempts, input) select gen_random_uuid(), 'video', 'PROCESSING', 3, input from jobs where id = $1", video);
        await _world.Jobs.ExecuteAsync("update jobs set updated_at = now() - interval '1 hour' where type = 'video'");
        await Eventually.Until(async () => await _world.Jobs.ScalarAsync<long>("select count(*) from jobs where type = 'video' and id <> $1 and updated_at > now() - interval '30 minutes'", video) == 1);

        (await _world.Jobs.ScalarAsync<bool>("select updated_at < now() - interval '30 minutes' from jobs where id = $1", video)).ShouldBeTrue();
    }

    [Fact]
    public async Task The_owners_word_and_an_event_of_the_saga_do_not_block_each_other_for_good()
    {
        await _world.StartWorkerAsync();
        var video = await _world.SubmitAsync(new() { Width = 320, Height = 180, Review = true });
        await _world.UntilStateAsync(video, VideoStates.AwaitingApproval);
        await EmptyAsync();

        // As the saga does: the video's row, then the job's.
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
    public async Task A_video_stops_after_the_stage_that_was_asked_for_and_can_go_on()
    {
        await _world.StartWorkerAsync();
        Stages.Silent = true;
        var video = await _world.SubmitAsync(new() { Width = 320, Height = 180, StopAt = "voice_gen" });
        (await _world.UntilAsync(video, JobStatus.Done)).Result.ShouldNotBeNull().ShouldContain("voice_gen");
        Stages.Made.ShouldBe(["script"]);

        (await _world.ApproveAsync(video)).ShouldBe(JobChange.Changed);
        await Eventually.Until(() => Stages.Count("compose") == 1);

        await _world.UntilAsync(video, JobStatus.Done);
        (await _world.ReadFilmAsync(video)).ShouldBe(Film);
    }

    [Fact]
    public async Task A_stage_that_is_tried_again_is_as_far_as_it_was()
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
            "select count(*) from jobs where parent_id = $1 and type = 'script-gen' and status = 'PROCESSING' and attempts = 2", video) == 1);
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
    public async Task A_line_that_was_spoken_twice_keeps_the_sound_that_its_times_belong_to()
    {
        await _world.StartWorkerAsync();
        var (first, second) = (await _world.SubmitAsync(), await _world.SubmitAsync());
        // Both speak at the same time, as two workers may; a provider speaks no line twice alike.
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
            "select count(distinct j.result ->> 'key') from shots s join jobs j on j.id = s.speech_job_id where s.position = 0 and s.video_id in ($1, $2)", first, second)).ShouldBe(2);
    }

    [Fact]
    public async Task Purged_queues_lose_no_video_and_stages_run_where_they_are_enabled()
    {
        (string, string)[] quick = [("Jobs:ReconcileAfter", "00:00:01")];
        await _world.StartWorkerAsync([.. quick, ("Stages:Enabled", "script_gen,voice_gen,compositing")]);
        var video = await _world.SubmitAsync(lane: Lane.High);
        await _world.UntilStateAsync(video, VideoStates.VideoGen);
        Stages.Count("film").ShouldBe(0);

        var filming = await _world.StartWorkerAsync([.. quick, ("Stages:Enabled", "video_gen")]);
        await Eventually.Until(() => Stages.Count("film") > 0);
        foreach (var queue in (string[])["video-high", "video-gen-high", "compositing-high"])
            await new BrokerQueue(_world.Jobs, queue).PurgeAsync();

        await _world.UntilAsync(video, JobStatus.Done);
        (await _world.ReadFilmAsync(video)).ShouldBe(Film);
        Stages.Made.Distinct().Count().ShouldBe(Stages.Made.Count);
        filming.ShouldNotBeNull();
    }

    /// <summary>Attempts by stage and outcome, the whole's among them, whichever way they are measured.</summary>
    private Task<string> MeasuredAsync() => _world.Jobs.ScalarAsync<string>(
        """
        select coalesce(string_agg(stage || '/' || outcome || '=' || count, ' ' order by stage collate "C", outcome), '')
        from (
          select stage, outcome, sum(count) as count from job_latencies where type = 'video' group by stage, outcome, measure
          intersect select stage, outcome, sum(count) from job_latencies where type = 'video' and measure = 'run' group by stage, outcome) as measured
        """);

    private Task EmptyAsync() => Eventually.Until(async () =>
        await _world.Jobs.ScalarAsync<long>("select count(*) from outbox") == 0
        && await DepthAsync() == 0);

    /// <summary>Messages in the saga's queue, those in hand included.</summary>
    private async Task<long> DepthAsync()
    {
        using var response = await _world.Jobs.Broker.GetAsync($"api/queues/{_world.Jobs.VirtualHost}/video");
        return (await System.Net.Http.Json.HttpContentJsonExtensions.ReadFromJsonAsync<System.Text.Json.JsonElement>(response.Content))
            .TryGetProperty("messages", out var messages) ? messages.GetInt64() : 1;
    }
}
