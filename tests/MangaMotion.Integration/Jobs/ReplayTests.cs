using MangaMotion.Jobs;
using MangaMotion.Jobs.Changes;
using MangaMotion.Jobs.Fairness;
using MangaMotion.Jobs.Reconciling;
using MangaMotion.Jobs.Replays;
using MangaMotion.Messaging.Postgres.Outbox;
using MangaMotion.ServiceDefaults.Jobs;
using MangaMotion.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using RabbitMQ.Client;

namespace MangaMotion.Integration.Jobs;

public sealed class ReplayTests(TestStack stack) : IAsyncLifetime
{
    private JobWorld _world = null!;
    private BrokerQueue _errors = null!;

    public async ValueTask InitializeAsync()
    {
        _world = await JobWorld.CreateAsync(stack);
        _errors = new BrokerQueue(_world, "probe_error");
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task A_message_moved_back_in_the_management_page_gives_the_job_a_second_life()
    {
        var job = await FailAsync();

        (await _errors.MoveAsync("probe")).ShouldBe(1);

        var row = await _world.UntilAsync(job, JobStatus.Done);
        row.Attempts.ShouldBe(1);
        (await OpenAsync()).ShouldBe(0);
        (await _errors.PeekAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_replay_by_the_api_takes_the_copy_out_of_the_error_queue()
    {
        var job = await FailAsync();

        (await _world.ReplayAsync(job)).ShouldBe(JobChange.Changed);

        (await _world.UntilAsync(job, JobStatus.Done)).Attempts.ShouldBe(1);
        await Eventually.Until(async () => await DepthAsync() == 0);
        (await OpenAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task A_replay_needs_one_connection_and_waits_for_no_second()
    {
        var job = await FailAsync(owner: Guid.NewGuid());
        await using var single = Npgsql.NpgsqlDataSource.Create(_world.ConnectionString + ";Maximum Pool Size=1;Timeout=5");
        var services = _world.Services;
        var replays = new JobReplays(
            single, services.GetRequiredService<IOutbox>(), services.GetRequiredService<JobTypes>(), new FairShare(single, TimeProvider.System), services.GetRequiredService<JobChanges>());

        (await replays.ReplayAsync(job, default)).ShouldBe(JobChange.Changed);

        await _world.UntilAsync(job, JobStatus.Done);
    }

    [Fact]
    public async Task Replaying_from_both_sides_and_twice_has_one_effect()
    {
        var job = await FailAsync();
        var message = (await _errors.PeekAsync())[0];

        await Task.WhenAll(
            _world.ReplayAsync(job),
            _world.ReplayAsync(job),
            _errors.PublishAsync("probe", message),
            _errors.PublishAsync("probe", message));
        await _world.UntilAsync(job, JobStatus.Done);
        await Eventually.Until(async () => await DepthAsync() == 0);

        // Much later, from the operator's clipboard.
        await _errors.PublishAsync("probe", message);
        var after = await _world.AcceptAsync();
        await _world.UntilAsync(after, JobStatus.Done);

        _world.Script.Started.Count(started => started == job).ShouldBe(2);
        (await _world.FindAsync(job)).Outcomes.ShouldBe(["permanent", "done"]);
        (await _world.ReplayAsync(job)).ShouldBe(JobChange.NotAllowed);
    }

    [Fact]
    public async Task Forty_dead_letters_of_which_ten_are_replayed_leave_thirty_in_the_error_queue()
    {
        _world.Script.Work = (_, _) => throw new PermanentJobException("broken", "Broken.");
        await _world.StartWorkerAsync();
        var jobs = await _world.AcceptAsync(40);
        await Eventually.Until(async () => await DepthAsync() == 40);

        _world.Script.Work = (_, _) => Task.CompletedTask;
        foreach (var job in jobs[..10])
            await _world.ReplayAsync(job);

        await Eventually.Until(async () => await DepthAsync() == 30);
        (await OpenAsync()).ShouldBe(30);
        foreach (var job in jobs[..10])
            await _world.UntilAsync(job, JobStatus.Done);
    }

    [Fact]
    public async Task A_message_that_is_none_of_ours_stays_in_the_error_queue()
    {
        var job = await FailAsync();
        var foreign = System.Text.Json.JsonDocument.Parse("""{"properties":{},"payload":"not ours","payload_encoding":"string"}""").RootElement;
        await _errors.PublishAsync("probe_error", foreign);

        await _world.ReplayAsync(job);

        await Eventually.Until(async () => await DepthAsync() == 1);
        (await _errors.PeekAsync())[0].GetProperty("payload").GetString().ShouldBe("not ours");
    }

    [Fact]
    public async Task A_copy_that_somebody_has_in_hand_as_it_is_looked_for_is_taken_when_it_is_back()
    {
        CountedBefore? depths = null;
        var broken = true;
        _world.Script.Work = (_, _) => broken ? throw new PermanentJobException("broken", "Broken.") : Task.CompletedTask;
        await _world.StartAsync(builder =>
        {
            builder.AddJobWorker<ProbeConsumer, Probe>(Probe.Type, retryDelay: TimeSpan.FromMilliseconds(100));
            var own = builder.Services.Last(service => service.ServiceType == typeof(IQueueDepths));
            builder.Services.AddSingleton<IQueueDepths>(services => depths = new((IQueueDepths)ActivatorUtilities.CreateInstance(services, own.ImplementationType!)));
        });
        var job = await _world.AcceptAsync();
        await using var connection = await new ConnectionFactory { Uri = _world.AmqpUri }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
        BasicGetResult? held = null;
        await Eventually.Until(async () => (held = await channel.BasicGetAsync("probe_error", autoAck: false)) is not null);

        broken = false;
        (await _world.ReplayAsync(job)).ShouldBe(JobChange.Changed);
        await _world.UntilAsync(job, JobStatus.Done);
        // A second count means that the pass of the first one is over.
        var before = depths!.Counts;
        await Eventually.Until(() => depths.Counts >= before + 2, TimeSpan.FromSeconds(150));
        // Put back so that it is certainly there: confirmed.
        await channel.BasicPublishAsync("", "probe_error", mandatory: true, new RabbitMQ.Client.BasicProperties(held!.BasicProperties), held.Body);
        await channel.BasicAckAsync(held.DeliveryTag, multiple: false);

        await Eventually.Until(async () => (await channel.QueueDeclarePassiveAsync("probe_error")).MessageCount == 0, TimeSpan.FromSeconds(150));
    }

    /// <summary>Depths as they were a moment before somebody took the message of the error queue in hand.</summary>
    private sealed class CountedBefore(IQueueDepths queues) : IQueueDepths
    {
        private int _counts;

        public int Counts => _counts;

        public async Task<IReadOnlyDictionary<string, long>> GetAsync(IReadOnlyCollection<string> names, CancellationToken cancellationToken)
        {
            var depths = (await queues.GetAsync(names, cancellationToken)).ToDictionary();
            if (depths.ContainsKey("probe_error"))
            {
                depths["probe_error"] = 1;
                Interlocked.Increment(ref _counts);
            }

            return depths;
        }

        public Task<IReadOnlyDictionary<string, QueueState>> InspectAsync(IReadOnlyCollection<string> names, CancellationToken cancellationToken) =>
            queues.InspectAsync(names, cancellationToken);
    }

    /// <summary>A job that failed once and would succeed now, its worker running.</summary>
    private async Task<Guid> FailAsync(Guid? owner = null)
    {
        var broken = true;
        _world.Script.Work = (_, _) => broken ? throw new PermanentJobException("broken", "Broken.") : Task.CompletedTask;
        await _world.StartWorkerAsync();
        var job = (await _world.AcceptAsync(1, owner: owner))[0];
        await _world.UntilAsync(job, JobStatus.Failed);
        await Eventually.Until(async () => await DepthAsync() == 1);
        broken = false;
        return job;
    }

    /// <summary>Asked of the queue itself, without taking messages off it.</summary>
    private async Task<long> DepthAsync() =>
        (await _world.Services.GetRequiredService<IQueueDepths>().GetAsync(["probe_error"], default))["probe_error"];

    private Task<long> OpenAsync() => _world.ScalarAsync<long>("select count(*) from failed_jobs where resolved_at is null");
}
