using System.Text.RegularExpressions;
using MangaMotion.Media;
using MangaMotion.Media.Images;
using MangaMotion.Media.Sniffing;
using MangaMotion.Thumbnail.Rendering;

namespace MangaMotion.Hostile;

/// <summary>Checks of outcomes. Each returns the fault, or null.</summary>
internal static partial class Verdict
{
    /// <summary>Checks that an output exists, has its reported type, and has a plausible size.</summary>
    public static string? OnFile(MediaFile file) => file switch
    {
        _ when !File.Exists(file.Path) || new FileInfo(file.Path).Length != file.Bytes
            || file.Bytes == 0 => $"the {file.Variant} is missing or has another size",
        _ when file.ContentType == "application/json" => null,
        _ when MediaSniffer.SniffFile(file.Path).Type?.Name != file.ContentType => $"the {file.Variant} is no {file.ContentType}",
        _ when file.Width is < 1 or > 1280 || file.Height is < 1 or > 1280 => $"the {file.Variant} is {file.Width} x {file.Height}",
        _ => null,
    };

    /// <summary>Checks that the numbers of a result are finite and not negative.</summary>
    public static string? OnResult(ThumbnailResult result) =>
        result.Duration is { } seconds && (!double.IsFinite(seconds) || seconds < 0) ? $"its duration is {seconds} s" : null;

    /// <summary>Checks that a message is a sentence without a path, a tool, an exception or bytes of the file.</summary>
    public static string? OnMessage(MediaException failure) =>
        !Sentence().IsMatch(failure.OwnerMessage) ? $"not a plain sentence: '{failure.OwnerMessage}'"
        : ToolWords().Match(failure.OwnerMessage) is { Success: true } word ? $"'{word.Value}' says nothing to the owner: "
            + $"'{failure.OwnerMessage}'"
        : null;

    public static string? OnEnding(string expected, MediaException? refusal)
    {
        var holds = expected switch
        {
            Ending.Any => true,
            Ending.Done => refusal is null,
            Ending.Refused => refusal is { Permanent: true },
            _ => refusal?.Code == expected,
        };
        return holds
            ? null
            : $"expected {expected}, ended {(refusal is null ? "with pictures" : $"with {refusal.Code}: {refusal.Message}")}";
    }

    [GeneratedRegex(@"^[A-Z][\w\s\-,.;:()'#+×x°%/]{10,300}\.$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Sentence();

    [GeneratedRegex(
        @"/\w+/|\bffmpeg\b|\bffprobe\b|\bvips\b|\bpdftoppm\b|\bpdfinfo\b|\bpoppler\b|\bbwrap\b|\bexit\b|\bstderr\b|Exception|\bsignal\b",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex ToolWords();
}
