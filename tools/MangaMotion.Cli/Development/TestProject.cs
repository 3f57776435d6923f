using System.Globalization;
using System.Xml.Linq;
using MangaMotion.Cli.Local;

namespace MangaMotion.Cli.Development;

/// <summary>One project below <c>tests/</c>, built in Release.</summary>
/// <param name="FullRunOnly">True where the project has <c>FullTestRunOnly</c>: it takes long, or needs more than setup installs.</param>
internal sealed record TestProject(string Name, string Assembly, bool FullRunOnly)
{
    private static readonly XNamespace Trx = "http://microsoft.com/schemas/VisualStudio/TeamTest/2010";

    /// <summary>For a run that hangs: the longest project takes nine minutes on an idle machine, and more than twenty on a busy one.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(60);

    public static IEnumerable<TestProject> FindAll(Clone clone) =>
        from path in Directory.EnumerateFiles(clone["tests"], "*.csproj", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
        let name = Path.GetFileNameWithoutExtension(path)
        where !name.EndsWith("TestSupport", StringComparison.Ordinal) && !name.EndsWith(".Victim", StringComparison.Ordinal)
        let fullRunOnly = XDocument.Load(path).Descendants("FullTestRunOnly").Any(property => property.Value == "true")
        select new TestProject(name, clone[$"artifacts/bin/{name}/release/{name}.dll"], fullRunOnly);

    /// <summary>
    /// Runs it by its own runner; a run that ends without a result, by a crash or at the deadline, counts as one failure.
    /// Not by <c>dotnet test</c>: its adapter takes a test process for crashed whose last fixture needs more than five seconds to end,
    /// when it sees the exit before it has read the last line.
    /// </summary>
    /// <param name="servers">State folder of the servers the tests share.</param>
    /// <param name="results">Folder for the result file.</param>
    /// <param name="filter">Only tests whose full name contains this; null for all.</param>
    public async Task<(TestTotals Totals, string Output)> RunAsync(string servers, string results, string? filter, CancellationToken cancellationToken)
    {
        var result = Path.Combine(results, $"{Name}.trx");
        File.Delete(result);
        string[] only = filter is null ? [] : ["-method", $"*{filter}*"];
        var (exitCode, output) = await Tool.CaptureAsync(
            "dotnet",
            [Assembly, "-noLogo", "-noColor", "-longRunning", "120", "-trx", result, .. only],
            results,
            cancellationToken,
            new Dictionary<string, string> { ["MANGAMOTION_TEST_STACK"] = servers },
            Deadline);
        if (!File.Exists(result))
            return (new TestTotals(0, exitCode == 0 ? 0 : 1, 0), output);

        var counters = XDocument.Load(result).Descendants(Trx + "Counters").Single();
        int Count(string name) => int.Parse(counters.Attribute(name)!.Value, CultureInfo.InvariantCulture);
        var (total, executed, passed) = (Count("total"), Count("executed"), Count("passed"));
        // The runner itself may fail when every test passed: an assembly fixture, a crash at the end.
        var failed = executed - passed is var red && red == 0 && exitCode != 0 ? 1 : red;
        return (new TestTotals(passed, failed, total - executed), output);
    }
}

internal sealed record TestTotals(int Passed, int Failed, int Skipped)
{
    public static TestTotals operator +(TestTotals a, TestTotals b) => new(a.Passed + b.Passed, a.Failed + b.Failed, a.Skipped + b.Skipped);

    public override string ToString() => $"{Passed} passed, {Failed} failed";
}
