using System.Text.RegularExpressions;
using MangaMotion.ServiceDefaults.Configuration;
using Microsoft.Extensions.Configuration;

namespace MangaMotion.ServiceDefaults.Telemetry;

/// <summary>Takes passwords and keys out of text that leaves the process: those we were given by value, all others by their form.</summary>
internal sealed partial class Redaction
{
    private const string Mask = "***";

    /// <summary>A shorter secret is masked by its form only: masking "guest" everywhere would garble ordinary words.</summary>
    private const int ShortestByValue = 8;

    // The expressions do not backtrack: whatever the text, they take a time that grows with its length only, so they need no time limit,
    // which a process that was frozen for a moment would exceed, too; and who writes a line does not expect it to throw.
    private readonly string[] _secrets;

    public Redaction(IConfiguration configuration) =>
        _secrets = [.. configuration.AsEnumerable()
            .Where(setting => setting.Value is not null && Setting.IsSecret(setting.Key))
            .Select(setting => Password().Match(setting.Value!) is { Success: true } match ? Uri.UnescapeDataString(match.Groups["secret"].Value) : setting.Value!)
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

    /// <summary>The secret part of a connection string or of a broker's URI.</summary>
    [GeneratedRegex(@"(^|;)\s*(password|pwd)\s*=\s*[""']?(?<secret>[^;""']+)|://[^/:@]*:(?<secret>[^@/]+)@",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Password();

    [GeneratedRegex(@"(?<before>[a-z][a-z0-9+.-]*://)[^/\s@""']+@", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex UserInfo();

    [GeneratedRegex(@"(?<before>(?:password|pwd|secret|secretkey|secret_key|accesskey|access_key|api_?key|x-amz-signature|x-amz-credential)\s*=\s*)(?:""[^""]*""|'[^']*'|[^;&\s""']+)",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Assignment();
}
