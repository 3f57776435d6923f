using System.Globalization;
using System.Text.RegularExpressions;

namespace MangaMotion.Ingest.Accepting.Ingests;

/// <summary>Header <c>Prefer</c> (RFC 7240): whether and how long the caller waits for the end of the ingest.</summary>
/// <param name="Wait">Longest time to wait; null to answer at once.</param>
/// <param name="Applied">Value of <c>Preference-Applied</c>; null if the request has no preference.</param>
internal sealed partial record Preference(TimeSpan? Wait, string? Applied)
{
    private const RegexOptions Options = RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking;

    public static Preference Read(HttpRequest request, IngestOptions options)
    {
        var sent = string.Join(", ", (IEnumerable<string?>)request.Headers["Prefer"]);
        if (WaitSeconds().Match(sent) is { Success: true } match)
        {
            // A number beyond an int is beyond the limit as well.
            var seconds = int.TryParse(match.Groups["seconds"].ValueSpan, CultureInfo.InvariantCulture, out var asked)
                ? asked
                : int.MaxValue;
            var wait = TimeSpan.FromSeconds(Math.Min(seconds, options.MaxWait.TotalSeconds));
            return new(wait > TimeSpan.Zero ? wait : null, $"wait={wait.TotalSeconds:0}");
        }

        if (RespondAsync().IsMatch(sent))
            return new(null, "respond-async");
        return new(options.AsyncThumbnails ? null : options.MaxWait, null);
    }

    [GeneratedRegex(@"(^|[,;\s])wait\s*=\s*""?(?<seconds>[0-9]+)", Options)]
    private static partial Regex WaitSeconds();

    [GeneratedRegex(@"(^|[,;\s])respond-async([,;\s]|$)", Options)]
    private static partial Regex RespondAsync();
}
