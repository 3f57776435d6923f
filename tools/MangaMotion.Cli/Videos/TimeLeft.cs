namespace MangaMotion.Cli.Videos;

/// <summary>
/// Time left as it is shown. It follows the estimates of the API down, and not up: the pace of a stage that has just begun says little,
/// so an estimate may jump up although nothing went wrong.
/// </summary>
internal sealed class TimeLeft(TimeProvider time)
{
    private DateTimeOffset? _end;

    /// <summary>Takes a new estimate.</summary>
    /// <param name="estimate">Seconds; null if unknown.</param>
    /// <param name="restarts">True if something went wrong, so that the end may move back.</param>
    /// <returns>Text to show; empty if the end is unknown or overdue.</returns>
    public string Update(double? estimate, bool restarts)
    {
        var now = time.GetUtcNow();
        if (restarts)
            _end = null;
        if (estimate is { } seconds && now.AddSeconds(seconds) is var end && (_end is null || end < _end))
            _end = end;
        return _end - now is { TotalSeconds: >= 1 } left ? Format(left) : "";
    }

    private static string Format(TimeSpan left) => left.TotalMinutes >= 1
        ? $"{(int)left.TotalMinutes} min {left.Seconds} s left"
        : $"{left.Seconds} s left";
}
