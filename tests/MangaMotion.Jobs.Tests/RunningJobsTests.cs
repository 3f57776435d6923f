using System.Text.Json;
using MangaMotion.Jobs.Claims;
using MangaMotion.Jobs.Running;
using Microsoft.Extensions.Logging.Abstractions;

namespace MangaMotion.Jobs.Tests;

public sealed class RunningJobsTests
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromHours(1);
    private readonly RunningJobs _jobs = new(NullLogger<RunningJobs>.Instance);

    [Fact]
    public void A_cancel_that_arrives_before_the_claim_returns_stops_the_attempt()
    {
        var token = Guid.NewGuid();
        using var job = _jobs.Expect(token);
        _jobs.StopCanceled(token);

        job.Begin(ClaimOf(token), TimeLimit, CancellationToken.None);

        job.Token.IsCancellationRequested.ShouldBeTrue();
        job.Reason.ShouldBe(StopReason.ClaimLost);
    }

    [Fact]
    public void A_cancel_stops_only_the_claim_that_it_names()
    {
        using var job = Begun(out _);

        _jobs.StopCanceled(Guid.NewGuid());

        job.Reason.ShouldBe(StopReason.None);
    }

    [Fact]
    public void Only_a_job_that_has_begun_and_not_ended_has_a_lease_to_renew()
    {
        var job = _jobs.Expect(Guid.NewGuid());
        _jobs.Begun.ShouldBeEmpty();

        job.Begin(ClaimOf(Guid.NewGuid()), TimeLimit, CancellationToken.None);
        _jobs.Begun.ShouldBe([job]);

        job.Dispose();
        _jobs.Begun.ShouldBeEmpty();
    }

    [Fact]
    public async Task Stopping_a_job_neither_waits_for_its_callbacks_nor_throws_their_exceptions()
    {
        using var release = new ManualResetEventSlim();
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var job = Begun(out var token);
        // The callback registered last is called first.
        job.Token.Register(() => reached.SetResult());
        job.Token.Register(() => throw new InvalidOperationException("no such process"));
        job.Token.Register(release.Wait);

        _jobs.StopCanceled(token);
        job.Token.IsCancellationRequested.ShouldBeTrue();

        release.Set();
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_callback_that_throws_at_the_time_limit_does_not_end_the_process()
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var token = Guid.NewGuid();
        using var job = _jobs.Expect(token);
        job.Token.Register(() => reached.SetResult());
        job.Token.Register(() => throw new InvalidOperationException("no such process"));

        job.Begin(ClaimOf(token), TimeSpan.FromMilliseconds(1), CancellationToken.None);

        await reached.Task.WaitAsync(TimeSpan.FromSeconds(30));
        job.Reason.ShouldBe(StopReason.TimeLimit);
    }

    private RunningJob Begun(out Guid token)
    {
        token = Guid.NewGuid();
        var job = _jobs.Expect(token);
        job.Begin(ClaimOf(token), TimeLimit, CancellationToken.None);
        return job;
    }

    private static Claim ClaimOf(Guid token) => new(Guid.NewGuid(), token, "probe", null, null, null, 1, 3, JsonElement.Parse("{}"));
}
