using System.Diagnostics;

namespace MangaMotion.Cli.Backups;

/// <summary>Counts objects from several threads, and reports a line every few seconds.</summary>
/// <param name="done">Past participle of the work, such as <c>copied</c>.</param>
internal sealed class CopyProgress(IProgress<string> progress, string done)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly Stopwatch _sinceReport = Stopwatch.StartNew();
    private long _bytes;
    private long _skipped;

    public long Count { get; private set; }

    public void Add(long bytes) => Update(() => (Count, _bytes) = (Count + 1, _bytes + bytes));

    public void Skip() => Update(() => _skipped++);

    /// <summary>Reports the final numbers.</summary>
    public void Finish() => progress.Report(Describe());

    /// <summary>Writes a number of bytes with its unit.</summary>
    public static string Format(long bytes) => bytes switch
    {
        < 1_000_000 => $"{bytes / 1e3:0.0} kB",
        < 1_000_000_000 => $"{bytes / 1e6:0.0} MB",
        _ => $"{bytes / 1e9:0.0} GB",
    };

    private string Describe() =>
        $"{Count:#,0} objects {done} ({Format(_bytes)}){(_skipped > 0 ? $", {_skipped:#,0} were there already" : "")}";

    private void Update(Action change)
    {
        lock (_lock)
        {
            change();
            if (_sinceReport.Elapsed < Interval)
                return;
            _sinceReport.Restart();
            progress.Report(Describe());
        }
    }
}
