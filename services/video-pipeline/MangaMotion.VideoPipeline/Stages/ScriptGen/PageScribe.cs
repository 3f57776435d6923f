using MangaMotion.Comics.Lettering;
using MangaMotion.Comics.Panels;
using MangaMotion.Comics.Script;
using MangaMotion.Film.Lettering;
using MangaMotion.Film.Pages;
using MangaMotion.Media;
using MangaMotion.Media.Workspaces;

namespace MangaMotion.VideoPipeline.Stages.ScriptGen;

/// <summary>Finds the panels and the lettering of one page.</summary>
internal sealed class PageScribe(PageReader pages, EnglishReader english, JapaneseReader japanese, CropReader crops)
{
    /// <summary>Longest side of a thumbnail in pixels.</summary>
    private const int ThumbnailSize = 320;

    /// <summary>Blocks of a page that are read to find the language.</summary>
    private const int MaxSampleBlocks = 8;

    /// <summary>Greys that a blank page may show, from scanning.</summary>
    private const int BlankRange = 24;

    /// <summary>Cuts out small pictures of the panels of a page, in their order.</summary>
    /// <returns>Files; empty if the thumbnails exceed a limit.</returns>
    public async Task<IReadOnlyList<string>> CutThumbnailsAsync(
        Workspace workspace, string path, PageLayout layout, CancellationToken cancellationToken)
    {
        PanelCut[] cuts = [.. layout.Panels.Select(panel => new PanelCut(panel.X, panel.Y, panel.Width, panel.Height))];
        try
        {
            return await pages.CutThumbnailsAsync(workspace, path, cuts, ThumbnailSize, cancellationToken);
        }
        catch (MediaException exception) when (exception.Permanent)
        {
            // The page itself was read. Its shots need no thumbnails.
            return [];
        }
    }

    /// <param name="path">Picture of the page in the workspace.</param>
    /// <exception cref="MediaException">The picture cannot be read.</exception>
    public async Task<PageReading> ReadAsync(
        Workspace workspace, string path, int number, string name, string language, ReadingDirection direction,
        CancellationToken cancellationToken)
    {
        var page = await pages.ReadGreyAsync(workspace, path, cancellationToken);
        var reading = new PageReading { Number = number, Name = name };
        if (IsBlank(page.Pixels))
            return reading with { Reason = "The page is blank." };

        var layout = PanelDetector.Detect(page.Pixels, page.Width, page.Height, page.Width, direction).FitFrames(page.Pixels, page.Width);
        reading = reading with
        {
            Layout = layout,
            Details = [.. layout.Panels.Select(panel => PanelDetail.Measure(page.Pixels, page.Width, panel))],
            Focuses = [.. layout.Panels.Select(panel => PanelFocus.Find(page.Pixels, page.Width, panel))],
        };
        try
        {
            var (bubbles, unread) = language == "ja"
                ? await japanese.ReadAsync(workspace, page, cancellationToken)
                : await english.ReadAsync(workspace, page, layout, cancellationToken);
            return reading with { Bubbles = [.. bubbles.Select(bubble => FindBalloon(page, bubble))], Unread = unread };
        }
        catch (MediaException exception) when (exception.Permanent)
        {
            // A drawing that costs the reader too much time is shown in silence.
            return reading with { Reason = $"The lettering cannot be read: {exception.OwnerMessage}" };
        }
    }

    /// <summary>Reads the largest blocks of lettering of a page in both languages.</summary>
    /// <param name="path">Picture of the page in the workspace.</param>
    /// <exception cref="MediaException">The picture cannot be read.</exception>
    public async Task<LanguageEvidence> CountLettersAsync(Workspace workspace, string path, CancellationToken cancellationToken)
    {
        var page = await pages.ReadGreyAsync(workspace, path, cancellationToken);
        var blocks = TextBlocks.Find(LetteringPage.Create(page.Pixels, page.Width, page.Height))
            .OrderByDescending(block => block.Width * block.Height / (block.Glyph * block.Glyph)).Take(MaxSampleBlocks)
            .Select(block => TextCrop.CutBlock(page.Pixels, page.Width, page.Height, block)).ToList();
        if (blocks.Count == 0)
            return default;
        var asEnglish = await crops.ReadAsync(workspace, blocks, TextLayout.EnglishBlock, cancellationToken);
        var asJapanese = await crops.ReadAsync(workspace, blocks, TextLayout.JapaneseColumns, cancellationToken);
        return new(
            asEnglish.SelectMany(EnglishLettering.BuildBlockLines).Sum(line => line.Text.Count(char.IsAsciiLetter)),
            asJapanese.Sum(words => JapaneseLettering.JoinWords(words).Text.Length));
    }

    private static Bubble FindBalloon(GreyPage page, Bubble bubble) => bubble with
    {
        Balloon = Balloon.Find(page.Pixels, page.Width, page.Height, bubble.X, bubble.Y, bubble.Width, bubble.Height),
    };

    private static bool IsBlank(ReadOnlySpan<byte> pixels)
    {
        Span<int> histogram = stackalloc int[256];
        histogram.Clear();
        foreach (var value in pixels)
            histogram[value]++;
        for (int low = 0, within = 0, high = 0; high < 256; high++)
        {
            within += histogram[high];
            if (high - low >= BlankRange)
                within -= histogram[low++];
            if (within >= 0.9995 * pixels.Length)
                return true;
        }

        return false;
    }
}
