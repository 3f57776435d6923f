using System.Buffers;

namespace MangaMotion.Storage;

/// <summary>
/// Validates keys by one rule for every store: 1 to 1,024 bytes of <c>[A-Za-z0-9._-]</c> segments of at most 200 bytes, joined by single
/// slashes; no segment is <c>.</c> or <c>..</c>. Such a key is safe as a path, in a URL and in a header.
/// </summary>
public static class ObjectKey
{
    public const int MaxLength = 1024;
    public const int MaxSegmentLength = 200;

    private static readonly SearchValues<char> SegmentCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    /// <exception cref="ArgumentException">The key breaks the rule, as the message says.</exception>
    public static void Validate(string key)
    {
        if (key.Length == 0)
            throw Refused(key, "it is empty");

        Check(key, key);
    }

    /// <summary>Whether a key can be one of MangaMotion. A bucket may hold keys of other programs.</summary>
    public static bool IsValid(string key)
    {
        try
        {
            Validate(key);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    /// <summary>Validates the beginning of a key. It may be empty and may end anywhere.</summary>
    /// <exception cref="ArgumentException">No key can start with the prefix.</exception>
    public static void ValidatePrefix(string prefix)
    {
        // An incomplete last segment can be the beginning of a valid one: "a/." begins "a/.x".
        var whole = prefix.LastIndexOf('/');
        if (whole > 0)
            Check(prefix, prefix.AsSpan(0, whole));

        if (whole == 0 || prefix.AsSpan(whole + 1).ContainsAnyExcept(SegmentCharacters))
            throw Refused(prefix, "no valid key starts with it");
    }

    private static void Check(string key, ReadOnlySpan<char> segments)
    {
        if (segments.Length > MaxLength)
            throw Refused(key, $"it has {segments.Length} bytes and at most {MaxLength} are allowed");

        foreach (var range in segments.Split('/'))
        {
            var segment = segments[range];
            if (segment.IsEmpty)
                throw Refused(key, "it has an empty segment");
            if (segment is "." or "..")
                throw Refused(key, $"'{segment}' is not allowed as a segment");
            if (segment.Length > MaxSegmentLength)
                throw Refused(key, $"a segment has {segment.Length} bytes and at most {MaxSegmentLength} are allowed");
            if (segment.ContainsAnyExcept(SegmentCharacters))
                throw Refused(key, "a segment may only hold A-Z a-z 0-9 . _ -");
        }
    }

    private static ArgumentException Refused(string key, string reason)
    {
        // The key may be hostile and long, and this message is logged.
        var shown = key.Length > 80 ? key[..80] + "…" : key;
        return new ArgumentException($"Object key '{shown.ReplaceLineEndings(" ")}' is refused: {reason}.", nameof(key));
    }
}
