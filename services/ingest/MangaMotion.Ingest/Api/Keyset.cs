using System.Buffers.Text;
using System.Globalization;
using System.Text;
using MangaMotion.ServiceDefaults.Problems;

namespace MangaMotion.Ingest.Api;

/// <summary>Where a list that is ordered by time goes on: after this time and, within it, after this key. Opaque to callers.</summary>
internal sealed record Keyset(DateTimeOffset At, string Key)
{
    public string Write() => Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{At.UtcTicks}|{Key}"));

    /// <summary>Null for the beginning.</summary>
    public static Keyset? Read(string? token)
    {
        if (string.IsNullOrEmpty(token))
            return null;
        try
        {
            var parts = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token)).Split('|', 2);
            return parts[1].Contains('\0', StringComparison.Ordinal)
                ? throw Foreign()
                : new(new DateTimeOffset(long.Parse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture), TimeSpan.Zero), parts[1]);
        }
        catch (Exception exception) when (exception is FormatException or OverflowException or ArgumentException or IndexOutOfRangeException)
        {
            throw Foreign(exception);
        }
    }

    /// <summary>For a list whose keys are ids: a token of another list has other keys.</summary>
    public static Keyset? ReadWithId(string? token)
    {
        var keyset = Read(token);
        return keyset is null || Guid.TryParse(keyset.Key, out _) ? keyset : throw Foreign();
    }

    private static ProblemException Foreign(Exception? inner = null) =>
        new(400, "invalid_page_token", "This pageToken was not given by this list; leave it out to begin anew.", inner: inner);
}
