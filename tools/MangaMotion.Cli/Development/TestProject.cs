using System.Diagnostics;
using System.Globalization;
using System.Xml.Linq;
using MangaMotion.Cli.Local;

namespace MangaMotion.Cli.Development;

/// <summary>Test project below <c>tests/</c>, built in Release.</summary>
/// <param name="NeedsServers">True if the project uses <c>MangaMotion.TestSupport</c>, or a project that does.</param>
/// <param name="FullRunOnly">True if the project has <c>FullTestRunOnly</c>: it is slow, or needs more than setup installs.</param>
/// <param name="RunsAlone">True if the project has <c>RunsAlone</c>: its tests start whole installations and keep the machine busy.</param>
internal sealed record TestProject(string Name, string Assembly, bool NeedsServers, bool FullRunOnly, bool RunsAlone)
{
    private static readonly XNamespace Trx = "http://microsoft.com/schemas/VisualStudio/TeamTest/2010";

    /// <summary>Time after which a run counts as hanging. The longest takes 9 minutes on an idle machine, over 20 on a busy one.</summary>
    private static readonly TimeSpan RunTimeout = TimeSpan.FromMinutes(60);

    public static IEnumerable<TestProject> FindAll(Clone clone) =>
        from path in Directory.EnumerateFiles(clone["tests"], "*.csproj", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
        let name = Path.GetFileNameWithoutExtension(path)
        where !name.EndsWith("TestSupport", StringComparison.Ordinal) && !name.EndsWith(".Victim", StringComparison.Ordinal)
        let project = XDocument.Load(path)
        select new TestProject(
            name, clone[$"artifacts/bin/{name}/release/{name}.dll"], NeedServers(path), IsTrue(project, "FullTestRunOnly"),
            IsTrue(project, "RunsAlone"));

    /// <summary>Whether the name contains a text.</summary>
    public bool Matches(string text) => Name.Contains(text, StringComparison.OrdinalIgnoreCase);

    private static bool IsTrue(XDocument project, string property) => project.Descendants(property).Any(element => element.Value == "true");

    private static bool NeedServers(string path) =>
        Path.GetFileNameWithoutExtension(path) == "MangaMotion.TestSupport"
        || XDocument.Load(path).Descendants("ProjectReference")
            .Select(reference => Path.GetFullPath(reference.Attribute("Include")!.Value, Path.GetDirectoryName(path)!))
            // The reference to every library is a pattern; no library uses it.
            .Where(File.Exists)
            .Any(NeedServers);

    /// <summary>
    /// Runs the project with its own runner. A run without a result, after a crash or the timeout, counts as one failure.
    /// <c>dotnet test</c> is not used: its adapter reports a crash if the last fixture needs more than five seconds to end and the
    /// adapter sees the exit before it has read the last line.
    /// </summary>
    /// <param name="servers">State folder of the servers that the tests share; null for a project without servers.</param>
    /// <param name="results">Folder for the result file.</param>
    /// <param name="filter">Text in the full names of the tests to run; null: all tests.</param>
    /// <param name="full">Whether tests that are marked as explicit, because they are slow, run as well.</param>
    public async Task<TestRun> RunAsync(
        string? servers, string results, string? filter, bool full, CancellationToken cancellationToken)
    {
        var result = Path.Combine(results, $"{Name}.trx");
        File.Delete(result);
        var watch = Stopwatch.StartNew();
        string[] only = filter is null ? [] : ["-method", $"*{filter}*"];
        var (exitCode, output) = await Tool.CaptureAsync(
            "dotnet",
            [Assembly, "-noLogo", "-noColor", "-longRunning", "120", "-explicit", full ? "on" : "off", "-trx", result, .. only],
            results,
            cancellationToken,
            servers is null ? null : new Dictionary<string, string> { ["MANGAMOTION_TEST_STACK"] = servers },
            RunTimeout);
        if (!File.Exists(result))
            return new TestRun(this, new TestTotals(0, exitCode == 0 ? 0 : 1, 0), output, watch.Elapsed);

        var counters = XDocument.Load(result).Descendants(Trx + "Counters").Single();
        int Count(string name) => int.Parse(counters.Attribute(name)!.Value, CultureInfo.InvariantCulture);
        var executed = Count("executed");
        var failed = executed - Count("passed");
        // The runner can fail after every test passed, for example in an assembly fixture.
        if (failed == 0 && exitCode != 0)
            failed = 1;
        return new TestRun(this, new TestTotals(Count("passed"), failed, Count("total") - executed), output, watch.Elapsed);
    }
}

/// <summary>Result of one run of a test project.</summary>
internal sealed record TestRun(TestProject Project, TestTotals Totals, string Output, TimeSpan Duration);

internal sealed record TestTotals(int Passed, int Failed, int Skipped)
{
    public static TestTotals operator +(TestTotals a, TestTotals b) => new(a.Passed + b.Passed, a.Failed + b.Failed, a.Skipped + b.Skipped);

    public override string ToString() => $"{Passed} passed, {Failed} failed";
}
