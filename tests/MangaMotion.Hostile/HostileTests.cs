namespace MangaMotion.Hostile;

/// <inheritdoc/>
[Collection("hostile")] // one run at a time, because each counts the child processes and the memory of this process
public sealed class StrongestSandboxTests(StrongestRun run, ITestOutputHelper output) : HostileTests<StrongestRun>(run, output);

/// <inheritdoc/>
[Collection("hostile")]
public sealed class LandlockTests(LandlockRun run, ITestOutputHelper output) : HostileTests<LandlockRun>(run, output);

/// <inheritdoc/>
[Collection("hostile")]
public sealed class SeccompTests(SeccompRun run, ITestOutputHelper output) : HostileTests<SeccompRun>(run, output);

/// <inheritdoc/>
[Collection("hostile")]
public sealed class UnconfinedTests(UnconfinedRun run, ITestOutputHelper output) : HostileTests<UnconfinedRun>(run, output);

/// <summary>
/// Guarantees for damaged, false and too large files. Limits of a tool run or of a job of a host process, unless a file has a lower one:
/// 5 s of processor time, 20 s of wall time, and 900 MB of address space (Debian's libvips alone maps 600 MB). The worker's own process may
/// use 400 MB.
/// </summary>
public abstract class HostileTests<TRun>(TRun run, ITestOutputHelper output) : IClassFixture<TRun>
    where TRun : HostileRun
{
    private const long WorkerBytes = 400_000_000;

    /// <summary>Time to kill a tool and its process group on a busy machine.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(10);

    [Fact]
    public void Every_file_ends_with_pictures_or_an_understandable_error()
    {
        foreach (var kind in run.Outcomes.GroupBy(outcome => outcome.File.Kind).OrderBy(kind => kind.Key, StringComparer.Ordinal))
        {
            var endings = kind.CountBy(outcome => outcome.Code ?? "done").OrderByDescending(ending => ending.Value).Select(
                ending => $"{ending.Value} {ending.Key}");
            var longest = kind.Max(outcome => outcome.Took.TotalSeconds);
            output.WriteLine($"{kind.Key}: {kind.Count()} files: {string.Join(", ", endings)}; longest {longest:F1} s");
        }

        foreach (var outcome in run.Outcomes.Where(outcome => outcome is { Code: not null, Permanent: false }))
            output.WriteLine($"to be tried again: {outcome.File.Kind} '{outcome.File.Name}' after {outcome.Took.TotalSeconds:F1} s");

        run.Outcomes.Count.ShouldBeGreaterThanOrEqualTo(run.LeastFiles);
        run.Outcomes.Where(outcome => outcome.Fault is not null)
            .Select(outcome => $"{outcome.File.Kind} '{outcome.File.Name}': {outcome.Fault}").ShouldBeEmpty();
    }

    [Fact]
    public void No_tool_runs_longer_than_allowed()
    {
        output.WriteLine($"{run.ToolRuns.Count} runs, longest {run.ToolRuns.MaxBy(tool => tool.Took)}");

        run.ToolRuns.Where(tool => tool.Took > TimeSpan.FromSeconds(HostileRun.WallSeconds) + Margin).ShouldBeEmpty();
    }

    [Fact]
    public void The_memory_of_the_worker_process_is_bounded()
    {
        output.WriteLine($"{run.StartBytes / 1_000_000} MB before, at most {run.PeakBytes / 1_000_000} MB");

        run.PeakBytes.ShouldBeLessThan(WorkerBytes);
    }

    [Fact]
    public void A_referenced_file_is_not_read() => run.IsNeighbourRead.ShouldBeFalse();

    [Fact]
    public void A_valid_picture_is_rendered_afterwards() => run.GoodThumbnail.ShouldBe((320, 240));

    [Fact]
    public void No_process_and_no_file_is_left()
    {
        run.LeftByJobs.ShouldBeEmpty();
        run.LeftInScratch.ShouldBeEmpty();
        run.RunningChildren.ShouldBeEmpty();
    }
}
