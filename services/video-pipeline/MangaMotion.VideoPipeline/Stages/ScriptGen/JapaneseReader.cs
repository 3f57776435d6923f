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
    /// <summary>
    /// Sizes in pixels of a letter at which each block is read. The reading with the higher confidence counts. <c>bench lettering</c> on
    /// relettered pages with four fonts had the fewest errors with these, and most with letters of 60 pixels.
    /// </summary>
    private static readonly double[] LetterSizes = [24, 32];

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
            [
                .. from block in blocks
                   from size in LetterSizes
                   select TextCrop.CutBlock(page.Pixels, page.Width, page.Height, block, size),
            ],
            TextLayout.JapaneseColumns,
            cancellationToken);
        var readings = words.Select(JapaneseLettering.JoinWords).Chunk(LetterSizes.Length)
            .Select(both => both.MaxBy(one => one.Confidence));
        List<Bubble> bubbles =
        [
            .. from pair in blocks.Zip(readings)
               where pair.Second.Text.Length > 0
               select new Bubble(pair.First.X, pair.First.Y, pair.First.Width, pair.First.Height, pair.Second.Text)
               {
                   Confidence = pair.Second.Confidence,
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
