using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using MangaMotion.Film.Frames;
using MangaMotion.Media;
using MangaMotion.Media.Processes;
using MangaMotion.Media.Workspaces;

namespace MangaMotion.Film.Captions;

/// <summary>Finds characters of captions that no installed font has, by the messages of libass.</summary>
public sealed partial class CaptionFonts(ToolRunner tools)
{
    private static readonly FilmFormat Probe = new(64, 64, 1);

    /// <summary>Describes to the owner the characters of texts that the picture cannot show; null if it can show all.</summary>
    /// <exception cref="ToolFailedException">ffmpeg failed; another attempt may succeed.</exception>
    public async Task<string?> DescribeMissingAsync(Workspace workspace, IEnumerable<string> texts, CancellationToken cancellationToken)
    {
        const int MaxNamed = 20;
        var missing = await FindMissingAsync(workspace, string.Concat(texts), cancellationToken);
        return missing.Count == 0
            ? null
            : "No installed font has these characters of the texts in the picture, so it shows empty boxes for them: "
                + $"{string.Join(' ', missing.Take(MaxNamed))}. Install a font that has them, or change the lines.";
    }

    /// <summary>Finds the missing characters of a text. Each would be drawn as an empty box.</summary>
    /// <exception cref="ToolFailedException">ffmpeg failed; another attempt may succeed.</exception>
    public async Task<IReadOnlyList<string>> FindMissingAsync(Workspace workspace, string text, CancellationToken cancellationToken)
    {
        var letters = text.EnumerateRunes().Where(rune => !rune.IsAscii && !Rune.IsWhiteSpace(rune)).Distinct().ToList();
        if (letters.Count == 0)
            return [];
        var directory = workspace.NewDirectory();
        var document = AssDocument.Write(Probe, [new(string.Join(' ', letters), 0, 1)]);
        await File.WriteAllTextAsync(Path.Combine(directory, AssDocument.FileName), document, cancellationToken);
        var result = await tools.RunAsync(
            new ToolRun
            {
                Tool = "ffmpeg",
                Arguments =
                [
                    "-nostdin", "-hide_banner", "-nostats", "-v", "warning", "-protocol_whitelist", "pipe",
                    "-format_whitelist", "rawvideo", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", $"{Probe.Width}x{Probe.Height}",
                    "-i", "pipe:0", "-vf", $"ass={AssDocument.FileName}", "-frames:v", "1", "-f", "null", "-",
                ],
                Directory = directory,
                WriteStdin = async (stream, stop) => await stream.WriteAsync(new byte[Probe.FrameBytes], stop),
                Subject = "subtitles",
            },
            cancellationToken);
        if (result.ExitCode != 0)
            throw new ToolFailedException("ffmpeg", $"the fonts of the subtitles were not checked; {result.Detail}");
        var missing = MissingGlyph().Matches(result.Stderr)
            .Select(match => int.Parse(match.Groups["code"].ValueSpan, NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToHashSet();
        return [.. letters.Where(letter => missing.Contains(letter.Value)).Select(letter => letter.ToString())];
    }

    [GeneratedRegex("failed to find any fallback with glyph 0x(?<code>[0-9A-Fa-f]+)", RegexOptions.NonBacktracking)]
    private static partial Regex MissingGlyph();
}
