using System.Collections.Concurrent;
using MangaMotion.Contracts.Jobs.V1;
using MangaMotion.Jobs;
using MangaMotion.TestSupport;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace MangaMotion.Integration.Jobs;

public sealed class JobChangesTests(TestStack stack) : IAsyncLifetime
{
    private JobWorld _world = null!;

    public async ValueTask InitializeAsync() => _world = await JobWorld.CreateAsync(stack);

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Progress_of_a_job_is_published_and_stored_with_the_next_heartbeat()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _world.Script.Work = async (run, token) =>
        {
            run.Report("draw", 20);
            run.Report("draw", 140);
            await release.Task.WaitAsync(token);
        };
        var worker = await _world.StartWorkerAsync(("Jobs:Lease", "00:00:01"));
        var heard = new ConcurrentQueue<JobsChanged>();
        var listener = worker.Services.GetRequiredService<IBus>().ConnectReceiveEndpoint(
            new TemporaryEndpointDefinition(),
            endpointNameFormatter: null,
            endpoint => endpoint.Handler<JobsChanged>(message =>
            {
                heard.Enqueue(message.Message);
                return Task.CompletedTask;
            }));
        await listener.Ready;

        var job = await _world.AcceptAsync();

        // The first report may be published before the second.
        await Eventually.Until(() => heard.SelectMany(message => message.Progress).Any(
            report => report.JobId == job && (report.Stage, report.Progress) == ("draw", 100)));
        heard.SelectMany(message => message.Progress).ShouldAllBe(report => report.Progress == 20 || report.Progress == 100);
        await Eventually.Until(() => heard.Any(message => message.JobIds.Contains(job)));
        await Eventually.Until(
            () => _world.ScalarAsync<bool>("select stage = 'draw' and progress = 100 from jobs where id = $1", job),
            what: "the progress is in the row");

        var before = await _world.ScalarAsync<string>("select pg_current_snapshot()::text");
        heard.Clear();
        release.SetResult();
        await _world.UntilAsync(job, JobStatus.Done);
        (await _world.ScalarAsync<bool>("select not pg_visible_in_snapshot(revision, $2::text::pg_snapshot) "
            + "from jobs where id = $1", job, before)).ShouldBeTrue();
        await Eventually.Until(() => heard.Any(message => message.JobIds.Contains(job)), what: "the end is published");
    }
}
