using System.Diagnostics.Metrics;
using MangaMotion.Api;
using MangaMotion.Ingest.Background.Retention;
using MangaMotion.Ingest.Background.Series;
using MangaMotion.Ingest.Reading.Operations;
using MangaMotion.Jobs;
using MangaMotion.Jobs.Pausing;
using MangaMotion.Jobs.Reconciling;
using MangaMotion.Jobs.Stats;
using MangaMotion.ServiceDefaults.Problems;
using MangaMotion.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace MangaMotion.Ingest.Tests;

/// <summary>Statistics over time: recorded by the minute and the hour, read as series, deleted by age.</summary>
public sealed class SeriesTests(TestStack stack) : IAsyncLifetime
{
    private readonly Depths _depths = new();
    private IngestDatabase _database = null!;

    public async ValueTask InitializeAsync() => _database = await IngestDatabase.CreateAsync(stack);

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Hours_hold_the_sums_of_their_minutes_however_often_they_are_recorded()
    {
        var fast = JobLatencies.BucketOf(TimeSpan.FromMilliseconds(100));
        var slow = JobLatencies.BucketOf(TimeSpan.FromSeconds(10));
        await AddAsync("5 hours", "done", "run", fast, 7);
        await AddAsync("1 hour", "done", "run", fast, 8);
        await AddAsync("59 minutes", "done", "run", slow, 2);
        await AddAsync("59 minutes", "dead_letter", "wait", fast, 3);
        await AddAsync("59 minutes", "transient", "wait", fast, 4);

        (await Recorder().RecordAsync(CancellationToken.None)).ShouldBeTrue();
        await Recorder().RecordAsync(CancellationToken.None);

        var thumbnails = (await ReadAsync(SeriesSteps.Hour)).Types.ShouldHaveSingleItem();
        (thumbnails.Type, thumbnails.Stage).ShouldBe(("thumbnail", ""));
        (thumbnails.Points.Sum(point => point.Done), thumbnails.Points.Sum(point => point.Failed),
            thumbnails.Points.Sum(point => point.Retried))
            .ShouldBe((17, 3, 4));
        thumbnails.Points[0].Done.ShouldBe(7);
        thumbnails.Points[^1].Run!.P99.ShouldBe(10, 0.5);

        // The recorder is off for hours. Counts added meanwhile are summed later.
        await _database.ExecuteAsync("delete from job_latency_hours where hour > now() - interval '4 hours'");
        await Recorder().RecordAsync(CancellationToken.None);
        (await ReadAsync(SeriesSteps.Hour)).Types[0].Points.Sum(point => point.Done).ShouldBe(17);
        (await ReadAsync(SeriesSteps.Minute)).Types[0].Points.Sum(point => point.Done).ShouldBe(10);
    }

    [Fact]
    public async Task Depth_and_oldest_waiting_job_are_the_largest_of_the_step()
    {
        await AddWaitingAsync("10 minutes", notBefore: "1 hour");
        await AddWaitingAsync("5 minutes", notBefore: null);
        _depths.Ready = 7;
        await Recorder().RecordAsync(CancellationToken.None);
        _depths.Ready = 3;
        await _database.ExecuteAsync("delete from jobs where not_before is null");
        await Recorder().RecordAsync(CancellationToken.None);

        var queues = (await ReadAsync(SeriesSteps.Hour)).Queues;
        var thumbnails = queues.Single(queue => queue.Type == "thumbnail").Points;
        thumbnails.Max(point => point.Ready).ShouldBe(7);
        thumbnails.Max(point => point.OldestSeconds).ShouldBeInRange(300, 600);
        queues.Single(queue => queue.Type == "records").Points.ShouldAllBe(point => point.Ready == 0 && point.OldestSeconds == 0);
        (await ReadAsync(SeriesSteps.Minute)).Queues.Single(queue => queue.Type == "thumbnail").Points.Max(point => point.Ready).ShouldBe(
            7);
    }

    [Fact]
    public async Task The_time_of_the_oldest_waiting_job_of_each_type_is_a_metric()
    {
        await AddWaitingAsync("10 minutes", notBefore: "1 hour");
        await AddWaitingAsync("5 minutes", notBefore: null);
        await AddWaitingAsync("1 minute", notBefore: null);
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var meters = services.GetRequiredService<IMeterFactory>();
        using var oldest = new OldestWaiting(
            _database.Source, Queues(), TimeProvider.System, meters, NullLogger<OldestWaiting>.Instance);
        var seconds = new Dictionary<string, double>();
        using var listener = new MeterListener();
        listener.SetMeasurementEventCallback<double>((_, value, tags, _) => seconds[(string)tags[0].Value!] = value);
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Name == "mangamotion.jobs.oldest_waiting" && instrument.Meter.Scope == meters)
                self.EnableMeasurementEvents(instrument);
        };
        listener.Start();

        listener.RecordObservableInstruments();
        seconds.ShouldBeEmpty("nothing is measured yet");
        await oldest.MeasureAsync(CancellationToken.None);
        listener.RecordObservableInstruments();

        seconds["thumbnail"].ShouldBeInRange(300, 3_000);
        seconds["records"].ShouldBe(0);
        seconds.ShouldContainKey("video-gen");
    }

    [Fact]
    public async Task Minutes_are_deleted_after_a_day_and_hours_after_their_retention()
    {
        await _database.ExecuteAsync(
            """
            insert into queue_depths select now() - age, 'video', 1, 1 from unnest(array['26 hours', '2 hours']::interval[]) as old (age);
            insert into queue_depth_hours select now() - age, 'video', 1, 1
              from unnest(array['91 days', '89 days']::interval[]) as old (age);
            insert into job_latency_hours select now() - age, 'video', '', 'done', 'run', 1::smallint, 1
            from unnest(array['91 days', '89 days']::interval[]) as old (age)
            """);

        await Recorder().RecordAsync(CancellationToken.None);

        (await _database.ScalarAsync<long>("select count(*) from queue_depths where minute < now() - interval '1 hour'")).ShouldBe(1);
        (await _database.ScalarAsync<long>("select count(*) from queue_depth_hours where hour < now() - interval '1 day'")).ShouldBe(1);
        (await _database.ScalarAsync<long>("select count(*) from job_latency_hours")).ShouldBe(1);
    }

    [Fact]
    public async Task A_range_that_is_empty_or_too_long_is_rejected()
    {
        var query = new SeriesQuery(_database.Source, TimeProvider.System);
        var now = DateTimeOffset.UtcNow;

        await RejectedAsync(query.ReadAsync(now, now.AddHours(-1), SeriesSteps.Hour, CancellationToken.None));
        await RejectedAsync(query.ReadAsync(now.AddDays(-3), now, SeriesSteps.Minute, CancellationToken.None));
        await RejectedAsync(query.ReadAsync(now.AddDays(-91), now, SeriesSteps.Hour, CancellationToken.None));
        (await query.ReadAsync(now.AddDays(-90), now, SeriesSteps.Hour, CancellationToken.None)).Types.ShouldBeEmpty();
    }

    private static async Task RejectedAsync(Task<StatsSeries> reading) =>
        (await Should.ThrowAsync<ProblemException>(reading)).Code.ShouldBe("invalid_range");

    private SeriesRecorder Recorder() => new(
        _database.Source,
        Queues(),
        Options.Create(new RetentionOptions()),
        NullLogger<SeriesRecorder>.Instance);

    private QueueQuery Queues() => new(
        new([JobTypes.Thumbnail, JobTypes.Records]), _depths, new QueuePauses(_database.Source, NullLogger<QueuePauses>.Instance));

    private Task<StatsSeries> ReadAsync(string step)
    {
        var now = DateTimeOffset.UtcNow;
        return new SeriesQuery(_database.Source, TimeProvider.System)
            .ReadAsync(step == SeriesSteps.Hour ? now.AddHours(-8) : now.AddHours(-2), now.AddMinutes(1), step, CancellationToken.None);
    }

    private Task AddAsync(string ago, string outcome, string measure, short bucket, int count) => _database.ExecuteAsync(
        $"""
        insert into job_latencies (minute, type, stage, outcome, measure, bucket, count)
        values (date_trunc('minute', now() - interval '{ago}'), 'thumbnail', '', '{outcome}', '{measure}', {bucket}, {count})
        """);

    private Task AddWaitingAsync(string age, string? notBefore) => _database.ExecuteAsync(
        $$"""
        insert into jobs (id, type, max_attempts, input, created_at, updated_at, not_before)
        values (gen_random_uuid(), 'thumbnail', 3, '{}', now() - interval '{{age}}', now() - interval '{{age}}',
          {{(notBefore is null ? "null" : $"now() + interval '{notBefore}'")}})
        """);

    private sealed class Depths : IQueueDepths
    {
        public long Ready { get; set; }

        public Task<IReadOnlyDictionary<string, long>> GetAsync(IReadOnlyCollection<string> queues, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<IReadOnlyDictionary<string, QueueState>> InspectAsync(
            IReadOnlyCollection<string> queues, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyDictionary<string, QueueState>>(
                queues.ToDictionary(queue => queue, queue => new QueueState(queue == "thumbnail" ? Ready : 0, 1)));
    }
}
