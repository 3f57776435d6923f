using System.Text.RegularExpressions;
using MangaMotion.ServiceDefaults.Configuration;
using Microsoft.Extensions.Configuration;

namespace MangaMotion.ServiceDefaults.Telemetry;

/// <summary>Masks passwords and keys in text that leaves the process: those of the settings by value, others by their form.</summary>
internal sealed partial class Redaction
{
    private const string Mask = "***";

    /// <summary>Shortest secret that is masked by value. Masking "guest" everywhere would garble ordinary words.</summary>
    private const int ShortestByValue = 8;

    // The expressions do not backtrack, so their time grows with the length of the text only, and they need no timeout. A process that was
    // frozen for a moment would exceed a timeout too, and writing a log line must not throw.
    private readonly string[] _secrets;

    public Redaction(IConfiguration configuration) =>
        _secrets = [.. configuration.AsEnumerable()
            .Where(setting => setting.Value is not null && Setting.IsSecret(setting.Key))
            .Select(setting => Password().Match(setting.Value!) is { Success: true } match
                ? Uri.UnescapeDataString(match.Groups["secret"].Value)
                : setting.Value!)
            .Where(secret => secret.Length >= ShortestByValue)
            .Distinct(StringComparer.Ordinal)];

    public string Clean(string text)
    {
        foreach (var secret in _secrets)
            text = text.Replace(secret, Mask, StringComparison.Ordinal);
        if (text.Contains("://", StringComparison.Ordinal))
            text = UserInfo().Replace(text, $"${{before}}{Mask}@");
        return text.Contains('=', StringComparison.Ordinal) ? Assignment().Replace(text, $"${{before}}{Mask}") : text;
    }

    /// <summary>Matches the secret part of a connection string or of a broker's URI.</summary>
    [GeneratedRegex(@"(^|;)\s*(password|pwd)\s*=\s*[""']?(?<secret>[^;""']+)|://[^/:@]*:(?<secret>[^@/]+)@",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Password();

    [GeneratedRegex(@"(?<before>[a-z][a-z0-9+.-]*://)[^/\s@""']+@",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex UserInfo();

    [GeneratedRegex(
        @"(?<before>(?:password|pwd|secret|secretkey|secret_key|accesskey|access_key|api_?key|x-amz-signature|x-amz-credential)\s*=\s*)"
        + @"(?:""[^""]*""|'[^']*'|[^;&\s""']+)",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Assignment();
}
