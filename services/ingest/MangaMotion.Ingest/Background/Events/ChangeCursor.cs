using System.Globalization;

namespace MangaMotion.Ingest.Background.Events;

/// <summary>
/// Position of a reader: a snapshot of Postgres, <c>xmin:xmax:running,running…</c>. It is the id of events. Any instance can send exactly
/// the jobs whose last change is not visible in the snapshot, in every order of commits.
/// </summary>
internal sealed class ChangeCursor
{
    private const int MaxRunning = 1_000;

    private readonly ulong _end;
    private readonly int _running;

    private ChangeCursor(string text, ulong end, int running) => (Text, _end, _running) = (text, end, running);

    /// <summary>Position before all changes.</summary>
    public static ChangeCursor Start { get; } = new("1:1:", 1, 0);

    public string Text { get; }

    /// <summary>
    /// Compares two snapshots of one database. The later one has the higher end, or the same end and fewer running transactions.
    /// </summary>
    public bool IsNewerThan(ChangeCursor other) => _end != other._end ? _end > other._end : _running < other._running;

    /// <summary>Parses a snapshot; null if the text is not one.</summary>
    public static ChangeCursor? Parse(string? text)
    {
        if (text?.Split(':') is not [var first, var last, var list]
            || !TryParseNumber(first, out var start) || !TryParseNumber(last, out var end) || start == 0 || start > end)
            return null;
        var running = list.Length == 0 ? [] : list.Split(',', MaxRunning + 1);
        if (running.Length > MaxRunning)
            return null;
        var least = start;
        foreach (var number in running)
        {
            if (!TryParseNumber(number, out var id) || id < least || id >= end)
                return null;
            least = id + 1;
        }

        return new(text, end, running.Length);
    }

    private static bool TryParseNumber(string text, out ulong number) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
