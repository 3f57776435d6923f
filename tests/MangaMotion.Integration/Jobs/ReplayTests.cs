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
    public async Task A_message_moved_back_in_the_management_page_replays_the_job()
    {
        var job = await FailAsync();

        (await _errors.MoveAsync("probe")).ShouldBe(1);

        var row = await _world.UntilAsync(job, JobStatus.Done);
        row.Attempts.ShouldBe(1);
        (await OpenAsync()).ShouldBe(0);
        (await _errors.PeekAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_replay_by_the_api_removes_the_copy_from_the_error_queue()
    {
        var job = await FailAsync();

        (await _world.ReplayAsync(job)).ShouldBe(JobChange.Changed);

        (await _world.UntilAsync(job, JobStatus.Done)).Attempts.ShouldBe(1);
        await Eventually.Until(async () => await DepthAsync() == 0);
        (await OpenAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task A_replay_uses_one_connection()
    {
        var job = await FailAsync(owner: Guid.NewGuid());
        await using var single = Npgsql.NpgsqlDataSource.Create(_world.ConnectionString + ";Maximum Pool Size=1;Timeout=5");
        var services = _world.Services;
        var replays = new JobReplays(
            single, services.GetRequiredService<IOutbox>(), services.GetRequiredService<JobTypes>(),
            new FairShare(single, TimeProvider.System), services.GetRequiredService<JobChanges>());

        (await replays.ReplayAsync(job, default)).ShouldBe(JobChange.Changed);

        await _world.UntilAsync(job, JobStatus.Done);
    }

    [Fact]
    public async Task A_replay_by_the_api_and_by_moved_messages_has_one_effect()
    {
        var job = await FailAsync();
        var message = (await _errors.UntilAsync(1))[0];

        await Task.WhenAll(
            _world.ReplayAsync(job),
            _world.ReplayAsync(job),
            _errors.PublishAsync("probe", message),
            _errors.PublishAsync("probe", message));
        await _world.UntilAsync(job, JobStatus.Done);
        await Eventually.Until(async () => await DepthAsync() == 0);

        // The operator publishes a saved copy much later.
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
    public async Task A_message_of_another_program_stays_in_the_error_queue()
    {
        var job = await FailAsync();
        var foreign =
            System.Text.Json.JsonDocument.Parse("""{"properties":{},"payload":"not ours","payload_encoding":"string"}""").RootElement;
        await _errors.PublishAsync("probe_error", foreign);

        await _world.ReplayAsync(job);

        await Eventually.Until(async () => await DepthAsync() == 1);
        (await _errors.UntilAsync(1))[0].GetProperty("payload").GetString().ShouldBe("not ours");
    }

    [Fact]
    public async Task A_copy_that_is_unacknowledged_during_the_search_is_removed_after_its_return()
    {
        CountedBefore? depths = null;
        var broken = true;
        _world.Script.Work = (_, _) => broken ? throw new PermanentJobException("broken", "Broken.") : Task.CompletedTask;
        await _world.StartAsync(builder =>
        {
            builder.AddJobWorker<ProbeConsumer, Probe>(Probe.Type, retryDelay: TimeSpan.FromMilliseconds(100));
            var own = builder.Services.Last(service => service.ServiceType == typeof(IQueueDepths));
            builder.Services.AddSingleton<IQueueDepths>(
                services => depths = new((IQueueDepths)ActivatorUtilities.CreateInstance(services, own.ImplementationType!)));
        });
        var job = await _world.AcceptAsync();
        await using var connection = await new ConnectionFactory { Uri = _world.AmqpUri }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
        BasicGetResult? held = null;
        await Eventually.Until(async () => (held = await channel.BasicGetAsync("probe_error", autoAck: false)) is not null);

        broken = false;
        (await _world.ReplayAsync(job)).ShouldBe(JobChange.Changed);
        await _world.UntilAsync(job, JobStatus.Done);
        // A second count means that the first pass has ended.
        var before = depths!.Counts;
        await Eventually.Until(() => depths.Counts >= before + 2, TimeSpan.FromSeconds(150));
        // Published with a confirmation, so that the copy is in the queue.
        await channel.BasicPublishAsync(
            "", "probe_error", mandatory: true, new RabbitMQ.Client.BasicProperties(held!.BasicProperties), held.Body);
        await channel.BasicAckAsync(held.DeliveryTag, multiple: false);

        await Eventually.Until(
            async () => (await channel.QueueDeclarePassiveAsync("probe_error")).MessageCount == 0, TimeSpan.FromSeconds(150));
    }

    /// <summary>Depths from just before another client got the message of the error queue.</summary>
    private sealed class CountedBefore(IQueueDepths queues) : IQueueDepths
    {
        private int _counts;

        public int Counts => _counts;

        public async Task<IReadOnlyDictionary<string, long>> GetAsync(
            IReadOnlyCollection<string> names, CancellationToken cancellationToken)
        {
            var depths = (await queues.GetAsync(names, cancellationToken)).ToDictionary();
            if (depths.ContainsKey("probe_error"))
            {
                depths["probe_error"] = 1;
                Interlocked.Increment(ref _counts);
            }

            return depths;
        }

        public Task<IReadOnlyDictionary<string, QueueState>> InspectAsync(
            IReadOnlyCollection<string> names, CancellationToken cancellationToken) =>
            queues.InspectAsync(names, cancellationToken);
    }

    /// <summary>Creates a dead letter that succeeds when replayed, and leaves its worker running.</summary>
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

    /// <summary>Reads the depth from the queue without consuming messages.</summary>
    private async Task<long> DepthAsync() =>
        (await _world.Services.GetRequiredService<IQueueDepths>().GetAsync(["probe_error"], default))["probe_error"];

    private Task<long> OpenAsync() => _world.ScalarAsync<long>("select count(*) from failed_jobs where resolved_at is null");
}
