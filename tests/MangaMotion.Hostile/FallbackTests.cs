using MangaMotion.Media;

namespace MangaMotion.Hostile;

/// <summary>
/// All hostile files in each weaker sandbox, compared with the strongest of this machine. The other tests take samples of them.
/// </summary>
[Collection("hostile")]
public sealed class FallbackTests(StrongestRun strongest, ITestOutputHelper output) : IClassFixture<StrongestRun>
{
    [Theory(Explicit = true)] // a minute each
    [InlineData(SandboxKind.Landlock)]
    [InlineData(SandboxKind.Seccomp)]
    [InlineData(SandboxKind.None)]
    public async Task Every_file_has_the_same_outcome(SandboxKind sandbox)
    {
        await using var run = new FallbackRun(sandbox);
        await run.InitializeAsync();
        output.WriteLine($"{run.Outcomes.Count} files in {sandbox}");

        Describe(run).ShouldBe(Describe(strongest));
        run.IsNeighbourRead.ShouldBeFalse();
        run.LeftByJobs.ShouldBeEmpty();
        run.LeftInScratch.ShouldBeEmpty();
        run.RunningChildren.ShouldBeEmpty();
    }

    private static List<string> Describe(HostileRun run) =>
    [
        .. run.Outcomes.Select(outcome => $"{outcome.File.Kind} '{outcome.File.Name}': {outcome.Fault ?? outcome.Code ?? "done"}")
            .Order(StringComparer.Ordinal),
    ];
}
