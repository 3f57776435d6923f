using System.Text;
using MangaMotion.Media.Hosts;
using MangaMotion.Media.Workspaces;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MangaMotion.Media.Pages;

/// <summary>Line of lettering, with its box in page pixels.</summary>
/// <param name="Text">Text as read; empty for a column of letters, which is not read.</param>
/// <param name="Confidence">Geometric mean of the probabilities of the letters, 0 to 1.</param>
/// <param name="Certainty">Mean probability of the box's pixels to be lettering, 0 to 1.</param>
public sealed record LetteringLine(int X, int Y, int Width, int Height, string Text, double Confidence, double Certainty);

/// <summary>Finds and reads the lettering of a page with the neural networks of the media host.</summary>
public sealed class LetteringReader(MediaHostPool hosts, IOptions<MediaOptions> options, ILogger<LetteringReader> log)
{
    /// <summary>
    /// Pixels of the longer side of a page in the detector. <c>bench lettering</c> on relettered pages read 0.91 of the texts with 1,120,
    /// 0.89 with 1,280, 0.87 with 960 and 0.85 with 800.
    /// </summary>
    private const int Side = 1_120;

    private bool _missing;

    /// <summary>Finds and reads lines of lettering.</summary>
    /// <param name="grey">8-bit grey pixels, row after row without gaps.</param>
    /// <returns>Lines in no particular order; null if the models or ONNX Runtime are not installed.</returns>
    /// <exception cref="MediaException">The host process failed.</exception>
    public async Task<IReadOnlyList<LetteringLine>?> ReadAsync(
        Workspace workspace, int width, int height, byte[] grey, CancellationToken cancellationToken)
    {
        if (_missing)
            return null;
        var input = workspace.NewPath();
        await using (var file = File.Create(input))
        {
            await file.WriteAsync(Encoding.ASCII.GetBytes($"P5\n{width} {height}\n255\n"), cancellationToken);
            await file.WriteAsync(grey, cancellationToken);
        }

        try
        {
            var job = new LetteringJob { Type = MediaType.Graymap.Name, MaxPixels = options.Value.Limits.Pixels, Side = Side };
            return await hosts.RunJobAsync(input, MediaType.Graymap, job, (answer, _) => Convert(answer, width, height), cancellationToken);
        }
        catch (LibraryMissingException missing)
        {
            _missing = true;
            log.NeuralLetteringMissing(missing.Detail ?? "");
            return null;
        }
        finally
        {
            File.Delete(input);
        }
    }

    /// <summary>Clips the boxes to the page: a host process that read a hostile page is not trusted.</summary>
    private static List<LetteringLine> Convert(LetteringAnswer answer, int width, int height)
    {
        var lines = new List<LetteringLine>();
        foreach (var line in answer.Lines)
        {
            int left = Math.Clamp(line.X, 0, width - 1), top = Math.Clamp(line.Y, 0, height - 1);
            int right = (int)Math.Clamp((long)line.X + line.Width, left + 1, width);
            int bottom = (int)Math.Clamp((long)line.Y + line.Height, top + 1, height);
            lines.Add(new(left, top, right - left, bottom - top, line.Text ?? "", line.Confidence, line.Certainty));
        }

        return lines;
    }
}
