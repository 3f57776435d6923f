using MangaMotion.Comics.Lettering;
using MangaMotion.Comics.Panels;
using MangaMotion.Film.Lettering;
using MangaMotion.Film.Pages;
using MangaMotion.Media;
using MangaMotion.Media.Pages;
using MangaMotion.Media.Workspaces;

namespace MangaMotion.VideoPipeline.Stages.ScriptGen;

/// <summary>Reads the English lettering of a page: with the neural reader and tesseract, or with tesseract alone.</summary>
internal sealed class EnglishReader(LetteringReader neural, CropReader crops)
{
    /// <summary>English is read best at twice the size of a usual page; a page larger than that needs it less.</summary>
    private const double Scale = 2;
    private const double LargestPage = 4_000;

    /// <summary>Height in widths of a part of a page that is read at once.</summary>
    private const int MaxPartLength = 10;
    private const int MinPartPixels = 8_000;

    /// <summary>Reads a page.</summary>
    /// <returns>Bubbles in no particular order, and boxes of lettering that could not be read.</returns>
    /// <exception cref="MediaException">A tool failed, or the page costs too much.</exception>
    public async Task<(IReadOnlyList<Bubble> Bubbles, IReadOnlyList<Bubble> Unread)> ReadAsync(
        Workspace workspace, GreyPage page, PageLayout layout, CancellationToken cancellationToken)
    {
        if (await FindLinesAsync(workspace, page, cancellationToken) is not { } lines)
            return (await ReadWithTesseractAsync(workspace, page, layout, cancellationToken), []);

        var blocks = LineBlocks.Group(lines);
        var words = await crops.ReadAsync(
            workspace,
            [.. blocks.Select(block => TextCrop.CutBlock(page.Pixels, page.Width, page.Height, LineBlocks.CreateBlock(block)))],
            TextLayout.EnglishBlock,
            cancellationToken);
        var read = blocks.Zip(words, LineBlocks.ReadLines).ToList();
        var bubbles = read.Select(EnglishLettering.BuildBubble).OfType<Bubble>().ToList();
        var unread = read.SelectMany(lines => lines).Where(line => line.Text.Length == 0 && !bubbles.Exists(line.Overlaps)).ToList();
        return (bubbles, unread);
    }

    /// <summary>Finds the lines of a page. A long strip is read in parts, each of which has the processor time of a page.</summary>
    /// <returns>Lines that were read; null if the neural reader is not installed.</returns>
    private async Task<List<PageLine>?> FindLinesAsync(Workspace workspace, GreyPage page, CancellationToken cancellationToken)
    {
        var length = Math.Max(MaxPartLength * page.Width, MinPartPixels);
        var overlap = page.Width / 2;
        var lines = new List<PageLine>();
        for (var top = 0; ; top += length - overlap)
        {
            var bottom = Math.Min(page.Height, top + length);
            var part = page.Pixels[(top * page.Width)..(bottom * page.Width)];
            if (await neural.ReadAsync(workspace, page.Width, bottom - top, part, cancellationToken) is not { } found)
                return null;
            // Half of an overlap is taken from either part, so that no line is cut.
            var begin = top == 0 ? 0 : top + (overlap / 2);
            var end = bottom == page.Height ? page.Height : bottom - (overlap / 2);
            lines.AddRange(
                from line in found
                let middle = top + line.Y + (line.Height / 2)
                where line.Text.Length > 0 && middle >= begin && middle < end
                select new PageLine(line.X, top + line.Y, line.Width, line.Height, line.Text, line.Confidence));
            if (bottom == page.Height)
                return lines;
        }
    }

    /// <summary>
    /// Blocks of lettering are read one by one. Then the panels are read without the blocks, because some lettering does not look like
    /// a block.
    /// </summary>
    private async Task<IReadOnlyList<Bubble>> ReadWithTesseractAsync(
        Workspace workspace, GreyPage page, PageLayout layout, CancellationToken cancellationToken)
    {
        var small = LetteringPage.Create(page.Pixels, page.Width, page.Height);
        IReadOnlyList<TextCrop> blocks =
        [
            .. TextBlocks.Find(small).Select(block => TextCrop.CutBlock(page.Pixels, page.Width, page.Height, block)),
            .. LightLettering.Find(small),
        ];
        var lines = (await crops.ReadAsync(workspace, blocks, TextLayout.EnglishBlock, cancellationToken))
            .SelectMany(EnglishLettering.BuildBlockLines).ToList();

        var scale = Math.Clamp(LargestPage / Math.Max(page.Width, page.Height), 1, Scale);
        var panels = layout.Panels
            .Select(panel => TextCrop.CutRectangle(page.Pixels, page.Width, page.Height, panel.X, panel.Y, panel.Width, panel.Height, scale))
            .ToList();
        foreach (var panel in panels)
            lines.ForEach(panel.BlankBox);
        var rest = await crops.ReadAsync(workspace, panels, TextLayout.EnglishLines, cancellationToken);
        foreach (var line in rest.SelectMany(EnglishLettering.BuildLines))
        {
            // The boxes of slanted panels overlap.
            if (!lines.Exists(line.Overlaps))
                lines.Add(line);
        }

        return [.. lines.GroupBy(line => line.FindNearestPanel(layout.Panels)).SelectMany(EnglishLettering.BuildBubbles)];
    }
}
