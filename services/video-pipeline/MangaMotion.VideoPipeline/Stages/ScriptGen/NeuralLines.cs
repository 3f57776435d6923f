using MangaMotion.Comics.Lettering;
using MangaMotion.Film.Pages;
using MangaMotion.Media;
using MangaMotion.Media.Pages;
using MangaMotion.Media.Workspaces;

namespace MangaMotion.VideoPipeline.Stages.ScriptGen;

/// <summary>Finds the lines of lettering of a page with the neural reader. A long strip is read in parts.</summary>
internal sealed class NeuralLines(LetteringReader reader)
{
    /// <summary>Height in widths of a part of a page that is read at once: it has the processor time of one page.</summary>
    private const int MaxPartLength = 10;
    private const int MinPartPixels = 8_000;

    /// <summary>Finds the lines.</summary>
    /// <returns>Lines in no particular order; null if the neural reader is not installed.</returns>
    /// <exception cref="MediaException">The host process failed.</exception>
    public async Task<IReadOnlyList<PageLine>?> FindAsync(Workspace workspace, GreyPage page, CancellationToken cancellationToken)
    {
        var length = Math.Max(MaxPartLength * page.Width, MinPartPixels);
        var overlap = page.Width / 2;
        var lines = new List<PageLine>();
        for (var top = 0; ; top += length - overlap)
        {
            var bottom = Math.Min(page.Height, top + length);
            var part = page.Pixels[(top * page.Width)..(bottom * page.Width)];
            if (await reader.ReadAsync(workspace, page.Width, bottom - top, part, cancellationToken) is not { } found)
                return null;
            // Half of an overlap is taken from either part, so that no line is cut.
            var begin = top == 0 ? 0 : top + (overlap / 2);
            var end = bottom == page.Height ? page.Height : bottom - (overlap / 2);
            lines.AddRange(
                from line in found
                let middle = top + line.Y + (line.Height / 2)
                where middle >= begin && middle < end
                select new PageLine(line.X, top + line.Y, line.Width, line.Height, line.Text, line.Confidence)
                {
                    Certainty = line.Certainty,
                });
            if (bottom == page.Height)
                return lines;
        }
    }
}
