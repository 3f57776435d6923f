using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using MangaMotion.Api;
using MangaMotion.Client;
using MangaMotion.TestSupport;

namespace MangaMotion.Acceptance;

/// <summary>Server-sent events from two instances of the ingest service.</summary>
public sealed class EventsTests(TestStack stack) : IAsyncLifetime
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private Installation _installation = null!;
    private ServiceProcess _first = null!;
    private MangaMotionClient _firstClient = null!;
    private MangaMotionClient _secondClient = null!;

    public async ValueTask InitializeAsync()
    {
        _installation = await Installation.CreateAsync(stack);
        (string, string)[] settings = [("Events__LookAfter", "00:00:01"), ("Events__MaxReaders", "3")];
        _first = await _installation.StartIngestAsync(settings);
        _firstClient = _installation.Client;
        await _installation.StartIngestAsync(settings);
        _secondClient = _installation.Client;
    }

    public ValueTask DisposeAsync() => _installation.DisposeAsync();

    [Fact]
    public async Task A_broken_stream_resumes_at_another_instance_with_exactly_the_missed_events()
    {
        var (ingest, jobs) = await IngestAsync(_firstClient, 3);
        await using var older = await _installation.Database.OpenConnectionAsync();
        await using var uncommitted = await older.BeginTransactionAsync();
        await using (var change = older.CreateCommand())
        {
            change.CommandText =
                $"update jobs set status = 'PROCESSING', claimed_by = 'older', claim_token = gen_random_uuid(), lease_until = "
                    + $"clock_timestamp() + interval '1 hour' where id = '{jobs[0]}'";
            await change.ExecuteNonQueryAsync();
        }

        string lastEventId;
        await using (var events = _firstClient.WatchIngestAsync(ingest).GetAsyncEnumerator())
        {
            var known = new HashSet<Guid>();
            while (known.Count < jobs.Length)
                known.Add((await NextAsync(events)).JobId);
            known.ShouldBe(jobs, ignoreOrder: true);

            await ChangeAsync(
                "status = 'PROCESSING', claimed_by = 'newer', claim_token = gen_random_uuid(), lease_until = clock_timestamp() "
                    + "+ interval '1 hour'", jobs[1]);
            var started = await NextAsync(events);
            (started.JobId, started.Status, started.WorkerId).ShouldBe((jobs[1], "PROCESSING", "newer"));
            lastEventId = started.EventId!;
            await _first.KillAsync();
        }

        await uncommitted.CommitAsync();
        await using (var events = _secondClient.WatchIngestAsync(ingest, lastEventId).GetAsyncEnumerator())
        {
            var missed = await NextAsync(events);
            (missed.JobId, missed.Status, missed.WorkerId).ShouldBe((jobs[0], "PROCESSING", "older"));

            await ChangeAsync("status = 'DONE', progress = 100, lease_until = null, finished_at = now()", jobs);
            var done = new List<JobEvent>();
            while (await events.MoveNextAsync().AsTask().WaitAsync(Deadline))
                done.Add(events.Current);
            done.Select(job => job.JobId).ShouldBe(jobs, ignoreOrder: true);
            done.ShouldAllBe(job => job.Status == "DONE" && job.Progress == 100);
        }
    }

    [Fact]
    public async Task A_stream_shows_jobs_from_start_to_end_in_spite_of_slow_readers()
    {
        var (ingest, jobs) = await IngestAsync(_firstClient, 2);
        using var deaf = await OpenAndNeverReadAsync(ingest);
        var seen = new List<JobEvent>();
        var reading = Task.Run(async () =>
        {
            await foreach (var job in _firstClient.WatchIngestAsync(ingest))
                seen.Add(job);
        });

        await _installation.StartThumbnailAsync();

        await reading.WaitAsync(Deadline);
        foreach (var job in jobs)
        {
            var last = seen.Last(shown => shown.JobId == job);
            (last.Status, last.Progress).ShouldBe(("DONE", 100));
            last.WorkerId!.ShouldStartWith("thumbnail-");
            (await ListAsync(_secondClient.WatchJobAsync(job))).ShouldHaveSingleItem().Status.ShouldBe("DONE");
        }

        // A browser that reconnects after the end is answered not to reconnect.
        var end = (await RawAsync(ingest)).Split('\n').Last(line => line.StartsWith("id: ", StringComparison.Ordinal))[4..];
        using var again = await GetAsync($"ingest/{ingest}/events", lastEventId: end);
        again.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        using var restored = await GetAsync($"ingest/{ingest}/events", lastEventId: "999999999999:999999999999:");
        (await restored.Content.ReadAsStringAsync()).ShouldContain("event: end");

        deaf.Close();
        using var firstHttp = new HttpClient { BaseAddress = _first.Address };
        await Eventually.Until(async () => (await firstHttp.GetStringAsync("/metrics")).Split('\n').Any(line =>
            line.StartsWith("mangamotion_events_readers", StringComparison.Ordinal) && line.EndsWith(" 0", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task An_outage_of_the_broker_loses_no_event_and_the_heartbeat_goes_on()
    {
        await using var servers = await PrivateServers.StartAsync();
        await using var installation = new Installation(
            servers.Postgres.ConnectionString, servers.Rabbit.AmqpUri, () => ValueTask.CompletedTask);
        // One instance polls every second. The other gets changes practically only by the bus.
        await installation.StartIngestAsync(("Events__LookAfter", "00:00:01"), ("Events__Heartbeat", "00:00:01"));
        var looking = installation.Client;
        await installation.StartIngestAsync(("Events__LookAfter", "00:05:00"), ("Events__Heartbeat", "00:00:01"));
        var (ingest, jobs) = await IngestAsync(installation.Client, 3);
        using var stream = await InstallationEventsAsync(installation, ingest);
        var lines = new ConcurrentQueue<string>();
        var reading = Task.Run(() => ReadLinesAsync(stream, lines));
        string known;
        await using (var events = looking.WatchIngestAsync(ingest).GetAsyncEnumerator())
        {
            var seen = new HashSet<Guid>();
            do
                seen.Add((await NextAsync(events)).JobId);
            while (seen.Count < jobs.Length);
            known = events.Current.EventId!;

            await servers.Rabbit.StopAsync();
            await installation.ExecuteAsync(
                $"update jobs set status = 'PROCESSING', claimed_by = 'away', claim_token = gen_random_uuid(), lease_until = "
                    + $"clock_timestamp() + interval '1 hour', updated_at = clock_timestamp() where id = '{jobs[0]}'");
            var started = await NextAsync(events);
            (started.JobId, started.WorkerId).ShouldBe((jobs[0], "away"));
            var beats = Heartbeats();
            await Eventually.Until(() => Heartbeats() >= beats + 2, what: "the heartbeat goes on");
        }

        // A reader that reconnects meanwhile gets the missed events and no others.
        await using (var resumed = looking.WatchIngestAsync(ingest, known).GetAsyncEnumerator())
        {
            (await NextAsync(resumed)).JobId.ShouldBe(jobs[0]);
            await installation.ExecuteAsync(
                $"update jobs set status = 'UPLOADED', claimed_by = null, claim_token = null, lease_until = null, updated_at = "
                    + $"clock_timestamp() where id = '{jobs[0]}'");
            var again = await NextAsync(resumed);
            (again.JobId, again.Status).ShouldBe((jobs[0], "UPLOADED"));
        }

        await servers.Rabbit.StartAsync();
        await Eventually.Until(
            async () => (await installation.Http.GetAsync("/health/ready")).IsSuccessStatusCode, TimeSpan.FromMinutes(2),
            "the broker is back for the service");
        await installation.StartThumbnailAsync();
        await reading.WaitAsync(TimeSpan.FromMinutes(2));

        foreach (var job in jobs)
            lines.Last(line => line.Contains(job.ToString(), StringComparison.Ordinal)).ShouldContain("\"DONE\"");
        lines.ShouldContain("event: end");

        int Heartbeats() => lines.Count(line => line.StartsWith(':'));
    }

    private static async Task<HttpResponseMessage> InstallationEventsAsync(Installation installation, Guid ingest)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/ingest/{ingest}/events");
        request.Headers.Add("X-Api-Key", Installation.Key);
        return await installation.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    private static async Task ReadLinesAsync(HttpResponseMessage stream, ConcurrentQueue<string> lines)
    {
        using var reader = new StreamReader(await stream.Content.ReadAsStreamAsync());
        while (await reader.ReadLineAsync() is { } line)
            lines.Enqueue(line);
    }

    [Fact]
    public async Task A_stream_of_thousands_of_jobs_has_the_state_and_the_end_of_each()
    {
        var (ingest, _) = await IngestAsync(_firstClient, 1);
        const int Jobs = 2_501;
        await ExecuteAsync(
            "insert into jobs (id, ingest_id, type, max_attempts, input) "
            + $"select gen_random_uuid(), '{ingest}', 'thumbnail', 3, '{{}}' from generate_series(2, {Jobs})");
        var status = new Dictionary<Guid, string>();
        var known = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var reading = Task.Run(async () =>
        {
            await foreach (var job in _firstClient.WatchIngestAsync(ingest))
            {
                status[job.JobId] = job.Status;
                if (status.Count == Jobs)
                    known.TrySetResult();
            }
        });
        await known.Task.WaitAsync(Deadline);

        // More changes at once than one batch holds.
        await ExecuteAsync(
            $"update jobs set status = 'DONE', progress = 100, lease_until = null, finished_at = now() where ingest_id = '{ingest}'");

        await reading.WaitAsync(Deadline);
        status.Count.ShouldBe(Jobs);
        status.Values.ShouldAllBe(last => last == "DONE");
    }

    [Fact]
    public async Task Unknown_ingests_and_too_many_streams_are_rejected()
    {
        var (ingest, _) = await IngestAsync(_secondClient, 1);
        using var unknown = await GetAsync($"ingest/{Guid.NewGuid()}/events");
        unknown.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        using var unknownJob = await GetAsync($"jobs/{ingest}/events");
        unknownJob.StatusCode.ShouldBe(HttpStatusCode.NotFound);

        HttpResponseMessage[] readers =
            [await GetAsync($"ingest/{ingest}/events"), await GetAsync($"ingest/{ingest}/events"),
                await GetAsync($"ingest/{ingest}/events")];
        readers.ShouldAllBe(reader => reader.StatusCode == HttpStatusCode.OK);
        using (var tooMany = await GetAsync($"ingest/{ingest}/events"))
        {
            tooMany.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            (await tooMany.Content.ReadAsStringAsync()).ShouldContain("too_many_readers");
        }

        foreach (var reader in readers)
            reader.Dispose();
        await Eventually.Until(async () =>
        {
            using var place = await GetAsync($"ingest/{ingest}/events");
            return place.StatusCode == HttpStatusCode.OK;
        });
    }

    private static async Task<(Guid Ingest, Guid[] Jobs)> IngestAsync(MangaMotionClient client, int files)
    {
        var accepted = await client.IngestAsync(Enumerable.Range(0, files).Select(i => Samples.Named($"{i}.png", Samples.Png)));
        return (accepted.JobId, [.. (await client.GetIngestStatusAsync(accepted.JobId)).Assets.Select(asset => asset.JobId)]);
    }

    private static async Task<JobEvent> NextAsync(IAsyncEnumerator<JobEvent> events)
    {
        (await events.MoveNextAsync().AsTask().WaitAsync(Deadline)).ShouldBeTrue();
        return events.Current;
    }

    private static async Task<List<JobEvent>> ListAsync(IAsyncEnumerable<JobEvent> events)
    {
        var all = new List<JobEvent>();
        await foreach (var job in events)
            all.Add(job);
        return all;
    }

    /// <summary>Changes jobs without a notification on the bus, as if it were lost.</summary>
    private async Task ChangeAsync(string set, params Guid[] jobs)
    {
        await using var command = _installation.Database.CreateCommand(
            $"update jobs set {set}, updated_at = clock_timestamp() where id = any($1)");
        command.Parameters.Add(new() { Value = jobs });
        await command.ExecuteNonQueryAsync();
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = _installation.Database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private async Task<TcpClient> OpenAndNeverReadAsync(Guid ingest)
    {
        var socket = new TcpClient { ReceiveBufferSize = 1 };
        await socket.ConnectAsync(_first.Address.Host, _first.Address.Port);
        await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
            $"GET /api/v1/ingest/{ingest}/events HTTP/1.1\r\nHost: x\r\nX-Api-Key: {Installation.Key}\r\n\r\n"));
        return socket;
    }

    private async Task<string> RawAsync(Guid ingest)
    {
        using var response = await GetAsync($"ingest/{ingest}/events");
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        return await response.Content.ReadAsStringAsync();
    }

    private async Task<HttpResponseMessage> GetAsync(string path, string? lastEventId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/{path}");
        request.Headers.Add("X-Api-Key", Installation.Key);
        if (lastEventId is not null)
            request.Headers.Add("Last-Event-ID", lastEventId);
        return await _installation.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }
}
