using FsCheck;
using FsCheck.Fluent;
using MangaMotion.Jobs;
using MangaMotion.Jobs.Cancels;
using MangaMotion.Jobs.Claims;
using MangaMotion.Jobs.Failures;
using MangaMotion.Jobs.Replays;
using MangaMotion.Messaging.Postgres.Outbox;
using MangaMotion.TestSupport;
using Microsoft.Extensions.DependencyInjection;

namespace MangaMotion.Integration.Jobs;

/// <summary>Random histories of one job, compared with a model of the job's states.</summary>
public sealed class LifecycleProperties(TestStack stack) : IAsyncLifetime
{
    private JobWorld _world = null!;
    private IServiceProvider _services = null!;

    public enum Step
    {
        Claim,
        Complete,
        CompleteStale,
        FailTransiently,
        FailPermanently,
        HandBack,
        Lapse,
        BuryPoison,
        Cancel,
        Replay,
    }

    public async ValueTask InitializeAsync()
    {
        _world = await JobWorld.CreateAsync(stack);
        _services = (await _world.StartAcceptorAsync(claims: true)).Services;
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public void Any_history_of_a_job_follows_the_model()
    {
        var histories = Gen.Elements(Enum.GetValues<Step>()).ListOf().ToArbitrary();
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(60).WithEndSize(25),
            Prop.ForAll(histories, history => FollowsAsync(history).GetAwaiter().GetResult()));
    }

    private async Task<bool> FollowsAsync(IEnumerable<Step> history)
    {
        var job = Guid.CreateVersion7();
        await _world.ExecuteAsync(
            "insert into jobs (id, type, max_attempts, input) values ($1, 'probe', 3, json_build_object('job_id', $1::text))", job);
        var model = new Model();
        Claim? held = null;
        Claim? stale = null;
        foreach (var step in history)
        {
            switch (step)
            {
                case Step.Claim:
                    var answer = await Claims.ClaimAsync(job);
                    answer.Outcome.ShouldBe(model.Claim());
                    if (answer.Claim is { } claim)
                    {
                        claim.Attempt.ShouldBe(model.Attempts);
                        (stale, held) = (held, claim);
                    }

                    break;
                case Step.Complete when held is not null:
                    (await Claims.CompleteAsync(held, "{}")).ShouldBe(model.Complete());
                    break;
                case Step.CompleteStale when stale is not null:
                    (await Claims.CompleteAsync(stale, "{}")).ShouldBeFalse();
                    break;
                case Step.FailTransiently when held is not null:
                    (await Endings.RetryLaterAsync(
                        held, JobFailure.From(new IOException("away")), TimeSpan.Zero, _ => Message(job), default))
                        .ShouldBe(model.Release(counted: true));
                    break;
                case Step.FailPermanently when held is not null:
                    (await Endings.DeadLetterAsync(
                        job, held.Token, Guid.NewGuid(), JobFailure.From(new PermanentJobException("broken", "Broken.")), "probe_error",
                        Message(job), default))
                        .ShouldBe(model.Fail());
                    break;
                case Step.HandBack when held is not null:
                    (await Endings.HandBackAsync(held, Message(job), default)).ShouldBe(model.Release(counted: false));
                    break;
                case Step.Lapse:
                    await _world.ExecuteAsync(
                        "update jobs set lease_until = clock_timestamp() - interval '1 second' where id = $1 and status = 'PROCESSING'",
                        job);
                    model.Lapse();
                    break;
                case Step.BuryPoison:
                    if (!model.IsPoison)
                        break;
                    (await Endings.DeadLetterAsync(job, token: null, Guid.NewGuid(), JobFailure.Poison(3), "probe_error", Message(job),
                        default)).ShouldBeTrue();
                    model.DeadLetter();
                    break;
                case Step.Cancel:
                    (await _services.GetRequiredService<JobCancels>().CancelAsync(job, default)).ShouldBe(model.Cancel());
                    break;
                case Step.Replay:
                    (await _services.GetRequiredService<JobReplays>().ReplayAsync(job, default)).ShouldBe(model.Replay());
                    break;
            }

            await AgreesAsync(job, model);
        }

        return true;
    }

    private async Task AgreesAsync(Guid job, Model model)
    {
        var row = await _world.FindAsync(job);
        row.Status.ShouldBe(model.Status);
        row.Attempts.ShouldBe(model.Attempts);
        row.Crashes.ShouldBe(model.Crashes);
        (await _world.ScalarAsync<long>("select count(*) from failed_jobs where job_id = $1 and resolved_at is null", job)).ShouldBe(
            model.Status == JobStatus.Failed ? 1 : 0);
        // An attempt is open exactly while the job is PROCESSING.
        row.Outcomes.Count(outcome => outcome is null).ShouldBe(model.Status == JobStatus.Processing ? 1 : 0);
        (row.Result is not null).ShouldBe(model.Done);
    }

    private JobClaims Claims => _services.GetRequiredService<JobClaims>();

    private JobEndings Endings => _services.GetRequiredService<JobEndings>();

    private OutboxMessage Message(Guid job) => _services.GetRequiredService<IOutbox>()
        .PrepareSendAsync(new Probe { JobId = job }, JobType.AddressOf("probe"), null, default).GetAwaiter().GetResult();

    /// <summary>State machine of a job: the effect and the answer of each step.</summary>
    private sealed class Model
    {
        private bool _lapsed;
        private bool _heldIsCurrent;

        public string Status { get; private set; } = JobStatus.Uploaded;

        public int Attempts { get; private set; }

        public int Crashes { get; private set; }

        public bool Done { get; private set; }

        public bool IsPoison => Status == JobStatus.Processing && _lapsed && Crashes == 2;

        public ClaimOutcome Claim()
        {
            switch (Status)
            {
                case JobStatus.Uploaded:
                    (Status, _lapsed, _heldIsCurrent) = (JobStatus.Processing, false, true);
                    Attempts++;
                    return ClaimOutcome.Claimed;
                case JobStatus.Processing when IsPoison:
                    return ClaimOutcome.Poison;
                case JobStatus.Processing when _lapsed:
                    (_lapsed, _heldIsCurrent) = (false, true);
                    Crashes++;
                    return ClaimOutcome.Claimed;
                case JobStatus.Processing:
                    return ClaimOutcome.Running;
                default:
                    return ClaimOutcome.Finished;
            }
        }

        // A second commit of the same result succeeds.
        public bool Complete()
        {
            if (Status == JobStatus.Done && _heldIsCurrent)
                return true;
            var done = End(JobStatus.Done);
            Done |= done;
            return done;
        }

        public bool Fail() => End(JobStatus.Failed);

        public bool Release(bool counted)
        {
            if (!End(JobStatus.Uploaded))
                return false;
            _heldIsCurrent = false;
            Attempts -= counted ? 0 : 1;
            return true;
        }

        public void Lapse() => _lapsed = Status == JobStatus.Processing;

        public void DeadLetter()
        {
            Status = JobStatus.Failed;
            Attempts--;
            Crashes++;
        }

        public JobChange Cancel()
        {
            if (Status is not (JobStatus.Uploaded or JobStatus.Processing))
                return JobChange.NotAllowed;
            Attempts -= Status == JobStatus.Processing ? 1 : 0;
            (Status, _heldIsCurrent) = (JobStatus.Canceled, false);
            return JobChange.Changed;
        }

        public JobChange Replay()
        {
            if (Status is not (JobStatus.Failed or JobStatus.Canceled))
                return JobChange.NotAllowed;
            (Status, Attempts, Crashes, _heldIsCurrent) = (JobStatus.Uploaded, 0, 0, false);
            return JobChange.Changed;
        }

        private bool End(string status)
        {
            if (Status != JobStatus.Processing || !_heldIsCurrent)
                return false;
            Status = status;
            return true;
        }
    }
}
