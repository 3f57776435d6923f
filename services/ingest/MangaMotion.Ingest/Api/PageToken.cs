using System.Buffers.Text;
using System.Globalization;
using System.Text;
using MangaMotion.ServiceDefaults.Problems;

namespace MangaMotion.Ingest.Api;

/// <summary>
/// Position in a list: the name of the list and the sort keys of the last item of the page, opaque to callers. The token of another list is
/// rejected.
/// </summary>
internal static class PageToken
{
    private const char Separator = '|';

    public static string Write(string list, params ReadOnlySpan<object> keys)
    {
        var text = new StringBuilder(list);
        foreach (var key in keys)
            text.Append(Separator).Append(CultureInfo.InvariantCulture, $"{(key is DateTimeOffset time ? time.UtcTicks : key)}");
        return Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text.ToString()));
    }

    /// <summary>Reads a token with one key; null at the beginning of the list.</summary>
    /// <exception cref="ProblemException">400: the token is not one of this list.</exception>
    public static T? Read<T>(string list, string? token)
        where T : struct, ISpanParsable<T> => Split(list, token, 1) is [var key] ? Parse<T>(key) : null;

    /// <summary>Reads a token with one text; null at the beginning of the list.</summary>
    /// <exception cref="ProblemException">400: the token is not one of this list.</exception>
    public static string? ReadText(string list, string? token) => Split(list, token, 1)?[0];

    /// <summary>Reads a token with two keys; null at the beginning of the list.</summary>
    /// <exception cref="ProblemException">400: the token is not one of this list.</exception>
    public static (T1 First, T2 Second)? Read<T1, T2>(string list, string? token)
        where T1 : ISpanParsable<T1>
        where T2 : ISpanParsable<T2> => Split(list, token, 2) is [var first, var second] ? (Parse<T1>(first), Parse<T2>(second)) : null;

    /// <summary>Reads a token of a time and a second key; null at the beginning of the list.</summary>
    /// <exception cref="ProblemException">400: the token is not one of this list.</exception>
    public static (DateTimeOffset Time, T Key)? ReadTime<T>(string list, string? token)
        where T : ISpanParsable<T> => Read<long, T>(list, token) is not var (ticks, key) ? null
            : ticks >= 0 && ticks <= DateTimeOffset.MaxValue.UtcTicks ? (new(ticks, TimeSpan.Zero), key)
            : throw Foreign();

    private static string[]? Split(string list, string? token, int keys)
    {
        if (string.IsNullOrEmpty(token))
            return null;
        try
        {
            var parts = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token)).Split(Separator, keys + 1);
            return parts.Length == keys + 1 && parts[0] == list && !parts[^1].Contains('\0', StringComparison.Ordinal)
                ? parts[1..]
                : throw Foreign();
        }
        catch (FormatException exception)
        {
            throw Foreign(exception);
        }
    }

    private static T Parse<T>(string key)
        where T : ISpanParsable<T> => T.TryParse(key, CultureInfo.InvariantCulture, out var value) ? value : throw Foreign();

    private static ProblemException Foreign(Exception? inner = null) =>
        new(400, "invalid_page_token", "This pageToken is not from this list. Leave it out to start at the beginning.", inner: inner);
}
