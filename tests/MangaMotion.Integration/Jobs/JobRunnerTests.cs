using MangaMotion.Jobs;
using MangaMotion.Jobs.Failures;
using MangaMotion.Jobs.Pausing;
using MangaMotion.Jobs.Reconciling;
using MangaMotion.Jobs.Replays;
using MangaMotion.Jobs.Running;
using MangaMotion.ServiceDefaults.Jobs;
using MangaMotion.TestSupport;
using Microsoft.Extensions.DependencyInjection;

namespace MangaMotion.Integration.Jobs;

public sealed class JobRunnerTests(TestStack stack) : IAsyncLifetime
{
    private JobWorld _world = null!;

    public async ValueTask InitializeAsync() => _world = await JobWorld.CreateAsync(stack);

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task A_job_runs_once_and_its_result_is_stored()
    {
        await _world.StartWorkerAsync();
        var job = await _world.AcceptAsync();

        var row = await _world.UntilAsync(job, JobStatus.Done);

        row.Attempts.ShouldBe(1);
        row.Outcomes.ShouldBe(["done"]);
        row.Result.ShouldBe("""{"note": "hello", "attempt": 1}""");
    }

    [Fact]
    public async Task A_transient_failure_is_retried()
    {
        _world.Script.Work = (run, _) => run.Attempt < 3 ? throw new IOException($"the store is away ({run.Attempt})") : Task.CompletedTask;
        await _world.StartWorkerAsync();

        var row = await _world.UntilAsync(await _world.AcceptAsync(), JobStatus.Done);

        row.Attempts.ShouldBe(3);
        row.Outcomes.ShouldBe(["transient", "transient", "done"]);
        row.LastError.ShouldBeNull();
    }

    [Fact]
    public async Task A_job_that_fails_at_every_attempt_is_dead_lettered_after_the_last()
    {
        _world.Script.Work = (_, _) => throw new IOException("the store is away");
        await _world.StartWorkerAsync();
        var job = await _world.AcceptAsync();

        var row = await _world.UntilAsync(job, JobStatus.Failed);

        row.Attempts.ShouldBe(3);
        row.LastError.ShouldBe("the store is away");
        (await _world.ScalarAsync<string>("select error_stacktrace from failed_jobs where job_id = $1 and resolved_at is null", job))
            .ShouldContain(nameof(ProbeScript));
        (await _world.ScalarAsync<string>("select input_data ->> 'job_id' from failed_jobs where job_id = $1", job)).ShouldBe(
            job.ToString());
        var message = await GetDeadLetterAsync();
        var headers = message.GetProperty("properties").GetProperty("headers");
        headers.GetProperty("MT-Fault-Message").GetString().ShouldBe("the store is away");
        headers.GetProperty("MT-Fault-ExceptionType").GetString().ShouldBe("System.IO.IOException");
        message.GetProperty("payload").GetString()!.ShouldContain(job.ToString());
    }

    [Fact]
    public async Task A_fault_of_the_machine_does_not_count_an_attempt()
    {
        var starts = 0;
        _world.Script.Work = (_, _) => Interlocked.Increment(ref starts) <= 5 ? throw MachineFault() : Task.CompletedTask;
        await _world.StartWorkerAsync(("Retry:MaxDelay", "00:00:00.2"));
        var job = await _world.AcceptAsync();

        await Eventually.Until(async () => (await _world.FindAsync(job)).LastError is not null, what: "the owner reads why it waits");
        (await _world.FindAsync(job)).LastError.ShouldBe("This machine could not start the program.");
        var row = await _world.UntilAsync(job, JobStatus.Done);

        row.Attempts.ShouldBe(1);
        row.Outcomes.ShouldBe([.. Enumerable.Repeat("interrupted", 5), "done"]);
        (await _world.ScalarAsync<long>("select count(*) from job_attempts where job_id = $1 and error like '%no threads%'", job)).ShouldBe(
            5);
    }

    [Fact]
    public async Task A_job_that_always_meets_a_fault_of_the_machine_is_dead_lettered_without_blaming_the_file()
    {
        _world.Script.Work = (_, _) => throw MachineFault();
        await _world.StartWorkerAsync(("Retry:MaxDelay", "00:00:00.1"));
        var job = await _world.AcceptAsync();

        var row = await _world.UntilAsync(job, JobStatus.Failed);

        row.Attempts.ShouldBe(3);
        row.Outcomes.ShouldBe([.. Enumerable.Repeat("interrupted", RetryOptions.MaxWorkerFaults), .. Enumerable.Repeat("transient", 3)]);
        (await _world.ScalarAsync<string>("select tool_output from failed_jobs where job_id = $1", job)).ShouldBe("ffmpeg: pthread_create");
    }

    [Fact]
    public async Task A_worker_claims_no_job_until_its_sandbox_works()
    {
        var sandbox = new FakeSandbox();
        await _world.StartAsync(builder =>
        {
            builder.AddJobWorker<ProbeConsumer, Probe>(Probe.Type, retryDelay: TimeSpan.FromMilliseconds(100));
            builder.Services.AddSingleton<IJobSandbox>(sandbox);
        });
        var job = await _world.AcceptAsync();
        await Eventually.Until(
            async () => await _world.ScalarAsync<string>("select max(sandbox) from workers") == "fake",
            what: "the worker shows its sandbox");
        await sandbox.Asked.Task.WaitAsync(TimeSpan.FromSeconds(60));

        _world.Script.Started.ShouldBeEmpty();
        (await _world.FindAsync(job)).Status.ShouldBe(JobStatus.Uploaded);
        sandbox.Start();
        (await _world.UntilAsync(job, JobStatus.Done)).Outcomes.ShouldBe(["done"]);
    }

    [Fact]
    public async Task Attempts_during_recurring_outages_count_after_the_hold()
    {
        _world.Script.Work = (_, _) => throw new IOException("the store is away");
        await _world.StartAsync(
            builder =>
            {
                builder.Services.AddSingleton<ISharedServers>(new FlappingServers());
                builder.AddJobWorker<ProbeConsumer, Probe>(Probe.Type, retryDelay: TimeSpan.FromMilliseconds(100));
            },
            ("Outage:HoldAtMost", "00:00:03"), ("Retry:MaxDelay", "00:00:00.2"));
        var job = await _world.AcceptAsync();

        var row = await _world.UntilAsync(job, JobStatus.Failed);

        row.Attempts.ShouldBe(3);
        row.Outcomes[0].ShouldBe("interrupted");
        row.Outcomes.Count(outcome => outcome == "interrupted").ShouldBeInRange(1, 6);
        row.Outcomes[^3..].ShouldBe(["transient", "transient", "transient"]);
    }

    /// <summary>Servers that are unavailable at every other probe.</summary>
    private sealed class FlappingServers : ISharedServers
    {
        private int _probes;

        public Task<string?> FindAwayAsync(CancellationToken cancellationToken) =>
            Task.FromResult(Interlocked.Increment(ref _probes) % 2 == 1 ? "store" : null);
    }

    private static TransientJobException MachineFault() =>
        new("media.sandbox_failed", "This machine could not start the program.", new IOException("no threads"))
        {
            IsWorkerFault = true,
            ToolOutput = "ffmpeg: pthread_create",
        };

    private sealed class FakeSandbox : IJobSandbox
    {
        private readonly TaskCompletionSource _works = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Completed when a job waits for the sandbox.</summary>
        public TaskCompletionSource Asked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string Name => "fake";

        public bool Works => _works.Task.IsCompleted;

        public Task UntilItWorksAsync(CancellationToken cancellationToken)
        {
            Asked.TrySetResult();
            return _works.Task.WaitAsync(cancellationToken);
        }

        public void Start() => _works.SetResult();
    }

    [Fact]
    public async Task A_permanent_failure_is_dead_lettered_at_once()
    {
        _world.Script.Work = (_, _) => throw new PermanentJobException("media.corrupt", "The file is damaged.");
        await _world.StartWorkerAsync();
        var job = await _world.AcceptAsync();

        var row = await _world.UntilAsync(job, JobStatus.Failed);

        row.Attempts.ShouldBe(1);
        row.Outcomes.ShouldBe(["permanent"]);
        (await _world.ScalarAsync<string>("select error_code from failed_jobs where job_id = $1", job)).ShouldBe("media.corrupt");
        await GetDeadLetterAsync();
    }

    [Theory]
    [InlineData('\ud83d', 1)]
    [InlineData('漫', 100_000)]
    public async Task A_failure_whose_message_is_long_or_has_half_a_surrogate_pair_is_dead_lettered(char character, int times)
    {
        _world.Script.Work = (_, _) => throw new PermanentJobException("media.corrupt", new string(character, times));
        await _world.StartWorkerAsync();

        var row = await _world.UntilAsync(await _world.AcceptAsync(), JobStatus.Failed);

        row.Outcomes.ShouldBe(["permanent"]);
        await GetDeadLetterAsync();
        await Eventually.Until(async () => await _world.ScalarAsync<long>("select count(*) from outbox") == 0);
    }

    [Fact]
    public async Task Messages_delivered_ten_times_and_shuffled_run_each_job_once()
    {
        _world.Script.Work = (_, token) => Task.Delay(TimeSpan.FromMilliseconds(5), token);
        var queue = await QueueWithoutWorkerAsync();
        var jobs = await _world.AcceptAsync(20);
        var copies = Enumerable.Repeat(await queue.UntilAsync(20), 9).SelectMany(messages => messages).ToArray();
        new Random(1).Shuffle(copies);
        foreach (var copy in copies)
            await queue.PublishAsync("probe", copy);

        await _world.StartWorkerAsync();
        await _world.StartWorkerAsync();
        foreach (var job in jobs)
            (await _world.UntilAsync(job, JobStatus.Done)).Attempts.ShouldBe(1);
        await queue.UntilAsync(0);

        _world.Script.Started.Count.ShouldBe(20);
        _world.Script.Started.ShouldBe(jobs, ignoreOrder: true);
    }

    [Fact]
    public async Task A_job_of_the_high_lane_overtakes_waiting_jobs_of_the_low_lane()
    {
        var release = new TaskCompletionSource();
        _world.Script.Work = (_, token) => release.Task.WaitAsync(token);
        await _world.StartWorkerAsync(("Jobs:Concurrency", "1"));
        var low = await _world.AcceptAsync(5, Lane.Low);
        await Eventually.Until(() => _world.Script.Started.Count == 1);
        var high = await _world.AcceptAsync(Lane.High);
        // The high job waits for a place when its message is unacknowledged.
        await Eventually.Until(async () => await UnacknowledgedAsync("probe-high") == 1);

        release.SetResult();
        await _world.UntilAsync(high, JobStatus.Done);
        foreach (var job in low)
            await _world.UntilAsync(job, JobStatus.Done);

        _world.Script.Started[1].ShouldBe(high);
    }

    [Fact]
    public async Task A_scheduled_job_is_not_started_early()
    {
        await _world.StartWorkerAsync();
        var due = DateTimeOffset.UtcNow.AddSeconds(1.5);
        var later = await _world.AcceptAsync(notBefore: due);

        await _world.UntilAsync(later, JobStatus.Done);

        (await _world.ScalarAsync<bool>("select started_at >= not_before_given "
            + "from (select started_at, $2::timestamptz as not_before_given from jobs where id = $1) j", later,
            due.UtcDateTime)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_canceled_job_stops_and_commits_nothing()
    {
        var stopped = new TaskCompletionSource();
        _world.Script.Work = async (_, token) =>
        {
            try
            {
                await Task.Delay(Timeout.Infinite, token);
            }
            finally
            {
                stopped.SetResult();
            }
        };
        await _world.StartWorkerAsync();
        var job = await _world.AcceptAsync();
        await _world.UntilAsync(job, JobStatus.Processing);

        (await _world.CancelAsync(job)).ShouldBe(JobChange.Changed);
        await stopped.Task.WaitAsync(TimeSpan.FromSeconds(5));

        var row = await _world.FindAsync(job);
        row.Status.ShouldBe(JobStatus.Canceled);
        row.Attempts.ShouldBe(0);
        row.Result.ShouldBeNull();
        (await _world.CancelAsync(job)).ShouldBe(JobChange.NotAllowed);
        (await _world.CancelAsync(Guid.NewGuid())).ShouldBe(JobChange.NoSuchJob);
    }

    [Fact]
    public async Task A_job_canceled_while_it_waits_does_not_run()
    {
        await _world.StartWorkerAsync();
        var job = await _world.AcceptAsync(notBefore: DateTimeOffset.UtcNow.AddHours(1));
        (await _world.CancelAsync(job)).ShouldBe(JobChange.Changed);

        // The message is now due. The next message wakes the delivery.
        await _world.ExecuteAsync("update outbox set not_before = now()");
        await _world.UntilAsync(await _world.AcceptAsync(), JobStatus.Done);
        await Eventually.Until(async () => await _world.ScalarAsync<long>("select count(*) from outbox") == 0);
        var after = await _world.AcceptAsync();
        await _world.UntilAsync(after, JobStatus.Done);

        _world.Script.Started.ShouldNotContain(job);
    }

    [Fact]
    public async Task A_worker_that_stops_requeues_its_job_without_counting_the_attempt()
    {
        var firstTry = true;
        _world.Script.Work = (_, token) =>
        {
            if (!firstTry)
                return Task.CompletedTask;
            firstTry = false;
            return Task.Delay(Timeout.Infinite, token);
        };
        var stopping = await _world.StartWorkerAsync(("Jobs:ShutdownGrace", "00:00:01"));
        var job = await _world.AcceptAsync();
        await _world.UntilAsync(job, JobStatus.Processing);

        await _world.StopAsync(stopping);
        (await _world.FindAsync(job)).Status.ShouldBe(JobStatus.Uploaded);
        await _world.StartWorkerAsync();
        var row = await _world.UntilAsync(job, JobStatus.Done);

        row.Attempts.ShouldBe(1);
        row.Crashes.ShouldBe(0);
        row.Outcomes.ShouldBe(["interrupted", "done"]);
    }

    [Fact]
    public async Task Messages_that_wait_for_a_place_or_a_paused_queue_are_requeued_when_the_worker_stops()
    {
        var release = new TaskCompletionSource();
        _world.Script.Work = (_, token) => release.Task.WaitAsync(token);
        var stopping = await _world.StartWorkerAsync(("Jobs:Concurrency", "2"), ("Jobs:ShutdownGrace", "00:00:01"));
        var pauses = stopping.Services.GetRequiredService<QueuePauses>();
        await pauses.PauseAsync(["probe-low"], null, null, null, default);
        var jobs = await _world.AcceptAsync(6);
        var high = await _world.AcceptAsync(2, Lane.High);
        var paused = await _world.AcceptAsync(4, Lane.Low);
        await Eventually.Until(() => _world.Script.Started.Count == 2);
        foreach (var queue in (string[])["probe", "probe-low"])
            await Eventually.Until(async () => await UnacknowledgedAsync(queue) == 4);

        await _world.StopAsync(stopping);
        release.SetResult();
        await _world.StartWorkerAsync();
        await _world.Services.GetRequiredService<QueuePauses>().ResumeAsync(["probe-low"], default);

        foreach (var job in (Guid[])[.. jobs, .. high, .. paused])
            (await _world.UntilAsync(job, JobStatus.Done)).Crashes.ShouldBe(0);
        (await new BrokerQueue(_world, "probe_error").PeekAsync()).ShouldBeEmpty();
        (await _world.ScalarAsync<long>("select count(*) from jobs where attempts <> 1")).ShouldBe(0);
    }

    [Fact]
    public async Task A_draining_worker_finishes_its_job_leaves_the_others_to_another_worker_and_takes_jobs_again_once_it_is_lifted()
    {
        var release = new TaskCompletionSource();
        _world.Script.Work = (_, token) => release.Task.WaitAsync(token);
        var draining = await _world.StartWorkerAsync(
            ("Jobs:Concurrency", "1"), ("Jobs:Lease", "00:00:06"), ("Jobs:ShutdownGrace", "00:00:01"), ("Bus:StopTimeout", "00:00:06"));
        var worker = draining.Services.GetRequiredService<WorkerIdentity>().Id;
        var own = await _world.AcceptAsync();
        await _world.UntilAsync(own, JobStatus.Processing);
        var waiting = await _world.AcceptAsync(3);
        await Eventually.Until(async () => await UnacknowledgedAsync("probe") > 1);

        await SetDrainAsync(worker, "now()");
        // The broker has the messages again, and no consumer.
        await Eventually.Until(async () => await CountConsumersAsync("probe") == 0);
        _world.Script.Work = (_, _) => Task.CompletedTask;
        var other = await _world.StartWorkerAsync(("Jobs:Concurrency", "2"));
        foreach (var job in waiting)
            (await _world.UntilAsync(job, JobStatus.Done)).Attempts.ShouldBe(1);
        (await _world.FindAsync(own)).Status.ShouldBe(JobStatus.Processing);
        using (var http = new HttpClient { BaseAddress = new(draining.Urls.First()) })
            await Eventually.Until(async () => (await http.GetAsync(new Uri("/health/ready", UriKind.Relative))).IsSuccessStatusCode);
        release.SetResult();
        (await _world.UntilAsync(own, JobStatus.Done)).Outcomes.ShouldBe(["done"]);
        await _world.StopAsync(other);

        var held = await _world.AcceptAsync();
        await SetDrainAsync(worker, "null");
        await _world.UntilAsync(held, JobStatus.Done);

        (await _world.ScalarAsync<string>("select worker_id from job_attempts where job_id = $1", held)).ShouldBe(worker);
        (await new BrokerQueue(_world, "probe_error").PeekAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_drain_that_is_lifted_while_a_job_runs_lets_the_worker_take_jobs_at_once()
    {
        var release = new TaskCompletionSource();
        _world.Script.Work = (_, token) => release.Task.WaitAsync(token);
        var worker = (await _world.StartWorkerAsync(("Jobs:Lease", "00:00:06"))).Services.GetRequiredService<WorkerIdentity>().Id;
        var own = await _world.AcceptAsync();
        await _world.UntilAsync(own, JobStatus.Processing);
        await SetDrainAsync(worker, "now()");
        await Eventually.Until(async () => await CountConsumersAsync("probe") == 0);

        await SetDrainAsync(worker, "null");
        _world.Script.Work = (_, _) => Task.CompletedTask;
        await _world.UntilAsync(await _world.AcceptAsync(), JobStatus.Done);

        (await _world.FindAsync(own)).Status.ShouldBe(JobStatus.Processing);
        release.SetResult();
        (await _world.UntilAsync(own, JobStatus.Done)).Outcomes.ShouldBe(["done"]);
    }

    [Fact]
    public async Task A_draining_worker_that_stops_hands_its_job_back()
    {
        _world.Script.Work = (run, token) => run.Attempt == 1 ? Task.Delay(Timeout.Infinite, token) : Task.CompletedTask;
        var draining = await _world.StartWorkerAsync(("Jobs:ShutdownGrace", "00:00:01"));
        var own = await _world.AcceptAsync();
        await _world.UntilAsync(own, JobStatus.Processing);
        await SetDrainAsync(draining.Services.GetRequiredService<WorkerIdentity>().Id, "now()");
        await Eventually.Until(async () => await CountConsumersAsync("probe") == 0);

        await _world.StopAsync(draining);

        var row = await _world.FindAsync(own);
        (row.Status, row.Crashes).ShouldBe((JobStatus.Uploaded, 0));
        _world.Script.Work = (_, _) => Task.CompletedTask;
        // The next process takes jobs.
        await _world.StartWorkerAsync();
        (await _world.UntilAsync(own, JobStatus.Done)).Outcomes.ShouldBe(["interrupted", "done"]);
    }

    [Fact]
    public async Task A_pause_with_an_end_resumes_by_itself()
    {
        var worker = await _world.StartWorkerAsync();
        var pauses = worker.Services.GetRequiredService<QueuePauses>();
        var until = DateTimeOffset.UtcNow.AddSeconds(4);
        await pauses.PauseAsync(["probe", "probe-low"], "first", null, "a key", default);
        await pauses.PauseAsync(["probe"], "a move", until, "a key", default);
        var held = await _world.AcceptAsync();
        var other = await _world.AcceptAsync(lane: Lane.High);

        await _world.UntilAsync(other, JobStatus.Done);
        await _world.UntilAsync(held, JobStatus.Done);

        (await _world.ScalarAsync<bool>("select (select min(started_at) from job_attempts where job_id = $1) >= ends_at "
            + "from paused_queues where queue = 'probe'", held)).ShouldBeTrue();
        (await _world.ScalarAsync<string>("select reason from paused_queues where queue = 'probe'")).ShouldBe("a move");
        (await pauses.ListAsync(default)).Keys.ShouldBe(["probe-low"]);
    }

    [Fact]
    public async Task A_job_that_ends_within_the_grace_period_is_completed()
    {
        var release = new TaskCompletionSource();
        _world.Script.Work = (_, token) => release.Task.WaitAsync(token);
        var stopping = await _world.StartWorkerAsync();
        var job = await _world.AcceptAsync();
        await _world.UntilAsync(job, JobStatus.Processing);

        var stop = _world.StopAsync(stopping);
        release.SetResult();
        await stop;

        (await _world.FindAsync(job)).Status.ShouldBe(JobStatus.Done);
    }

    [Fact]
    public async Task An_attempt_over_the_time_limit_is_stopped_and_retried()
    {
        _world.Script.Work = (run, token) => run.Attempt == 1 ? Task.Delay(Timeout.Infinite, token) : Task.CompletedTask;
        await _world.StartWorkerAsync(("Jobs:TimeLimit", "00:00:01"));
        var job = await _world.AcceptAsync();

        var row = await _world.UntilAsync(job, JobStatus.Done);

        row.Outcomes.ShouldBe(["transient", "done"]);
        (await _world.ScalarAsync<string>("select error from job_attempts where job_id = $1 and outcome = 'transient'", job)).ShouldContain(
            "hard limit of 00:00:01 (Jobs__TimeLimit)");
    }

    [Fact]
    public async Task A_worker_writes_its_row_and_deletes_rows_of_workers_that_ended_long_ago()
    {
        var release = new TaskCompletionSource();
        _world.Script.Work = (_, token) => release.Task.WaitAsync(token);
        await _world.StartAcceptorAsync();
        await _world.ExecuteAsync(
            """
            insert into workers (id, service, version, host, pid, concurrency, memory_bytes, heartbeat_at)
            values ('long dead', 'probe', '0', 'h', 1, 1, 1, now() - interval '25 hours'),
              ('just dead', 'probe', '0', 'h', 1, 1, 1, now() - interval '23 hours')
            """);
        await _world.StartWorkerAsync(("Jobs:Concurrency", "3"), ("Jobs:Lease", "00:00:03"));
        var job = await _world.AcceptAsync();

        await Eventually.Until(
            async () => await _world.ScalarAsync<long>("select count(*) from workers where current_jobs = array[$1::uuid]", job) == 1);
        (await _world.ScalarAsync<bool>(
            """
            select service = 'probe' and version like '0.1.0%'
              and concurrency = 3 and host = $1 and pid = $2 and memory_bytes > 20000000 and heartbeat_at >= started_at
            from workers where id not like '% dead'
            """,
            Environment.MachineName,
            Environment.ProcessId)).ShouldBeTrue();
        (await _world.ScalarAsync<string[]>("select array_agg(id) from workers where id like '% dead'")).ShouldBe(["just dead"]);
        release.SetResult();
    }

    [Fact]
    public async Task A_job_whose_message_was_lost_is_republished()
    {
        var queue = await QueueWithoutWorkerAsync();
        var job = await _world.AcceptAsync();
        await queue.UntilAsync(1);
        await queue.PurgeAsync();

        await _world.StartWorkerAsync(("Jobs:ReconcileAfter", "00:00:01"));
        (await _world.UntilAsync(job, JobStatus.Done)).Attempts.ShouldBe(1);
    }

    [Fact]
    public async Task A_job_accepted_before_its_queue_exists_is_not_lost()
    {
        await _world.StartAcceptorAsync();
        var job = await _world.AcceptAsync();
        await Eventually.Until(async () => await _world.ScalarAsync<long>("select count(*) from outbox where attempts > 0") == 1);

        await _world.StartWorkerAsync();

        (await _world.UntilAsync(job, JobStatus.Done)).Attempts.ShouldBe(1);
    }

    /// <summary>Creates the queue of the probes without a consumer, and starts a service that accepts jobs.</summary>
    private async Task<BrokerQueue> QueueWithoutWorkerAsync()
    {
        var worker = await _world.StartWorkerAsync();
        var queue = new BrokerQueue(_world, "probe");
        await Eventually.Until(queue.IsBoundAsync);
        await _world.StopAsync(worker);
        await _world.StartAcceptorAsync();
        return queue;
    }

    private async Task<System.Text.Json.JsonElement> GetDeadLetterAsync() =>
        (await new BrokerQueue(_world, "probe_error").UntilAsync(1))[0];

    /// <summary>Changes the drain of a worker, as the API does.</summary>
    private Task SetDrainAsync(string worker, string since) => _world.ExecuteAsync(
        $"update workers set draining_since = {since} where id = $1 returning pg_notify('{WorkerDrain.Channel}', id)", worker);

    private async Task<int> CountConsumersAsync(string queue) =>
        (await _world.Services.GetRequiredService<IQueueDepths>().InspectAsync([queue], default))[queue].Consumers;

    private async Task<int> UnacknowledgedAsync(string queue)
    {
        await using var stream = await _world.Broker.GetStreamAsync($"api/queues/{_world.VirtualHost}/{queue}");
        using var document = await System.Text.Json.JsonDocument.ParseAsync(stream);
        return document.RootElement.TryGetProperty("messages_unacknowledged", out var count) ? count.GetInt32() : 0;
    }
}
