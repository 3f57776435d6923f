using System.Globalization;

namespace MangaMotion.Ingest.Background.Events;

/// <summary>
/// What a reader has seen, in Postgres's own words: a snapshot, <c>xmin:xmax:running,running…</c>. As the id of events it lets
/// any instance send exactly the jobs whose last change was not visible then, in whatever order transactions have committed.
/// </summary>
internal sealed class ChangeCursor
{
    private const int MaxRunning = 1_000;

    private readonly ulong _end;
    private readonly int _running;

    private ChangeCursor(string text, ulong end, int running) => (Text, _end, _running) = (text, end, running);

    /// <summary>Nothing has been seen.</summary>
    public static ChangeCursor Start { get; } = new("1:1:", 1, 0);

    public string Text { get; }

    /// <summary>Of two snapshots of one database the later one has the higher end, or the same and fewer still running.</summary>
    public bool IsNewerThan(ChangeCursor other) => _end != other._end ? _end > other._end : _running < other._running;

    /// <summary>Null for what is no snapshot.</summary>
    public static ChangeCursor? Parse(string? text)
    {
        if (text?.Split(':') is not [var first, var last, var list] || !TryNumber(first, out var start) || !TryNumber(last, out var end) || start == 0 || start > end)
            return null;
        var running = list.Length == 0 ? [] : list.Split(',', MaxRunning + 1);
        if (running.Length > MaxRunning)
            return null;
        var least = start;
        foreach (var number in running)
        {
            if (!TryNumber(number, out var id) || id < least || id >= end)
                return null;
            least = id + 1;
        }

        return new(text, end, running.Length);
    }

    private static bool TryNumber(string text, out ulong number) => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
