using MangaMotion.Comics.Lettering;
using MangaMotion.Comics.Panels;
using MangaMotion.Film.Lettering;
using MangaMotion.Film.Pages;
using MangaMotion.Media;
using MangaMotion.Media.Workspaces;

namespace MangaMotion.VideoPipeline.Stages.ScriptGen;

/// <summary>Reads the English lettering of a page: with the neural reader and tesseract, or with tesseract alone.</summary>
internal sealed class EnglishReader(NeuralLines neural, CropReader crops)
{
    /// <summary>English is read best at twice the size of a usual page; a page larger than that needs it less.</summary>
    private const double Scale = 2;
    private const double LargestPage = 4_000;

    /// <summary>Reads a page.</summary>
    /// <returns>Bubbles in no particular order, and boxes of lettering that could not be read.</returns>
    /// <exception cref="MediaException">A tool failed, or the page costs too much.</exception>
    public async Task<(IReadOnlyList<Bubble> Bubbles, IReadOnlyList<Bubble> Unread)> ReadAsync(
        Workspace workspace, GreyPage page, PageLayout layout, CancellationToken cancellationToken)
    {
        if (await neural.FindAsync(workspace, page, cancellationToken) is not { } lines)
            return (await ReadWithTesseractAsync(workspace, page, layout, cancellationToken), []);

        var blocks = LineBlocks.Group(lines.Where(line => !line.IsColumn));
        var words = await crops.ReadAsync(
            workspace,
            [.. blocks.Select(block => TextCrop.CutBlock(page.Pixels, page.Width, page.Height, LineBlocks.CreateBlock(block)))],
            TextLayout.EnglishBlock,
            cancellationToken);
        var read = blocks.Zip(words, LineBlocks.ReadLines).ToList();
        var bubbles = read.Select(EnglishLettering.BuildBubble).OfType<Bubble>().ToList();
        var silent = blocks.Zip(read).SelectMany(block => block.First.Zip(block.Second)).Where(line => line.Second.Text.Length == 0)
            .Select(line => line.First).Concat(lines.Where(line => line.IsColumn));
        var unread = silent.Where(line => line.IsLettering && LetteringInk.IsIn(page.Pixels, page.Width, line))
            .Select(line => new Bubble(line.X, line.Y, line.Width, line.Height, ""))
            .Where(box => !bubbles.Exists(box.Overlaps)).ToList();
        return (bubbles, unread);
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
            .Select(panel => TextCrop.CutRectangle(
                page.Pixels, page.Width, page.Height, panel.X, panel.Y, panel.Width, panel.Height, scale))
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
