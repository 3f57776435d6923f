using System.Text.Json;
using MangaMotion.Jobs.Claims;
using MangaMotion.Jobs.Running;
using Microsoft.Extensions.Logging.Abstractions;

namespace MangaMotion.Jobs.Tests;

public sealed class RunningJobsTests
{
    private static readonly TimeSpan Long = TimeSpan.FromHours(1);
    private readonly RunningJobs _jobs = new(NullLogger<RunningJobs>.Instance);

    [Fact]
    public void A_cancel_that_is_told_before_the_claim_is_answered_stops_the_attempt()
    {
        var token = Guid.NewGuid();
        using var job = _jobs.Expect(token);
        _jobs.StopCanceled(token);

        job.Begin(ClaimOf(token), Long, CancellationToken.None);

        job.Token.IsCancellationRequested.ShouldBeTrue();
        job.Reason.ShouldBe(StopReason.ClaimLost);
    }

    [Fact]
    public void A_cancel_is_of_one_claim_and_not_of_the_next_one()
    {
        using var job = Begun(out _);

        _jobs.StopCanceled(Guid.NewGuid());

        job.Reason.ShouldBe(StopReason.None);
    }

    [Fact]
    public void What_is_expected_has_no_lease_to_renew_and_what_has_ended_none_either()
    {
        var job = _jobs.Expect(Guid.NewGuid());
        _jobs.Begun.ShouldBeEmpty();

        job.Begin(ClaimOf(Guid.NewGuid()), Long, CancellationToken.None);
        _jobs.Begun.ShouldBe([job]);

        job.Dispose();
        _jobs.Begun.ShouldBeEmpty();
    }

    [Fact]
    public async Task Who_stops_a_job_neither_waits_for_what_it_does_then_nor_sees_it_fail()
    {
        using var release = new ManualResetEventSlim();
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var job = Begun(out var token);
        // The last one registered is called first.
        job.Token.Register(() => reached.SetResult());
        job.Token.Register(() => throw new InvalidOperationException("no such process"));
        job.Token.Register(release.Wait);

        _jobs.StopCanceled(token);
        job.Token.IsCancellationRequested.ShouldBeTrue();

        release.Set();
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_job_over_its_time_that_throws_at_the_stop_does_not_end_the_process()
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
        job.Begin(ClaimOf(token), Long, CancellationToken.None);
        return job;
    }

    private static Claim ClaimOf(Guid token) => new(Guid.NewGuid(), token, "probe", null, null, null, 1, 3, JsonElement.Parse("{}"));
}
