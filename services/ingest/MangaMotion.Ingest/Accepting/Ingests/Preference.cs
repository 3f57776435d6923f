using System.Globalization;
using System.Text.RegularExpressions;

namespace MangaMotion.Ingest.Accepting.Ingests;

/// <summary>The header <c>Prefer</c> (RFC 7240): whether and how long the caller wants to wait for the end.</summary>
/// <param name="Wait">Null: answer at once.</param>
/// <param name="Applied">For <c>Preference-Applied</c>; null when nothing was asked for.</param>
internal sealed partial record Preference(TimeSpan? Wait, string? Applied)
{
    public static Preference Of(HttpRequest request, IngestOptions options)
    {
        var sent = string.Join(", ", (IEnumerable<string?>)request.Headers["Prefer"]);
        if (WaitSeconds().Match(sent) is { Success: true } match)
        {
            // What is beyond an int is beyond the cap as well.
            var seconds = int.TryParse(match.Groups["seconds"].ValueSpan, CultureInfo.InvariantCulture, out var asked) ? asked : int.MaxValue;
            var wait = TimeSpan.FromSeconds(Math.Min(seconds, options.MaxWait.TotalSeconds));
            return new(wait > TimeSpan.Zero ? wait : null, $"wait={wait.TotalSeconds:0}");
        }

        if (RespondAsync().IsMatch(sent))
            return new(null, "respond-async");
        return new(options.AsyncThumbnails ? null : options.MaxWait, null);
    }

    [GeneratedRegex(@"(^|[,;\s])wait\s*=\s*""?(?<seconds>[0-9]+)", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex WaitSeconds();

    [GeneratedRegex(@"(^|[,;\s])respond-async([,;\s]|$)", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex RespondAsync();
}
