using MangaMotion.Comics.Lettering;
using MangaMotion.Film.Lettering;
using MangaMotion.Film.Pages;
using MangaMotion.Media;
using MangaMotion.Media.Workspaces;

namespace MangaMotion.VideoPipeline.Stages.ScriptGen;

/// <summary>
/// Reads the Japanese lettering of a page with tesseract. Blocks are found by their looks and, where it is installed, by the neural
/// reader.
/// </summary>
internal sealed class JapaneseReader(NeuralLines neural, CropReader crops)
{
    /// <summary>Reads a page.</summary>
    /// <returns>Bubbles in no particular order, and boxes of lettering that could not be read.</returns>
    /// <exception cref="MediaException">A tool failed, or the page costs too much.</exception>
    public async Task<(IReadOnlyList<Bubble> Bubbles, IReadOnlyList<Bubble> Unread)> ReadAsync(
        Workspace workspace, GreyPage page, CancellationToken cancellationToken)
    {
        var blocks = TextBlocks.Find(LetteringPage.Create(page.Pixels, page.Width, page.Height)).ToList();
        var lines = await neural.FindAsync(workspace, page, cancellationToken) ?? [];
        var found = ColumnBlocks.Group(lines.Where(line => line.IsLettering && LetteringInk.IsIn(page.Pixels, page.Width, line)));
        blocks.AddRange(found.Where(column => !blocks.Exists(block => ColumnBlocks.Overlap(block, column))));
        var words = await crops.ReadAsync(
            workspace,
            [.. blocks.Select(block => TextCrop.CutBlock(page.Pixels, page.Width, page.Height, block))],
            TextLayout.JapaneseColumns,
            cancellationToken);
        List<Bubble> bubbles =
        [
            .. from pair in blocks.Zip(words)
               let reading = JapaneseLettering.JoinWords(pair.Second)
               where reading.Text.Length > 0
               select new Bubble(pair.First.X, pair.First.Y, pair.First.Width, pair.First.Height, reading.Text)
               {
                   Confidence = reading.Confidence,
               },
        ];
        List<Bubble> unread =
        [
            .. from block in found
               let box = new Bubble(block.X, block.Y, block.Width, block.Height, "")
               where !bubbles.Exists(box.Overlaps)
               select box,
        ];
        return (bubbles, unread);
    }
}
