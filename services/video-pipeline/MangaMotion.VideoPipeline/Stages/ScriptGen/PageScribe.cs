using MangaMotion.Comics.Lettering;
using MangaMotion.Comics.Panels;
using MangaMotion.Comics.Script;
using MangaMotion.Film.Lettering;
using MangaMotion.Film.Pages;
using MangaMotion.Media;
using MangaMotion.Media.Workspaces;

namespace MangaMotion.VideoPipeline.Stages.ScriptGen;

/// <summary>Finds what is on one page: its panels and its lettering.</summary>
internal sealed class PageScribe(PageReader pages, TextRecognizer recognizer)
{
    /// <summary>English is read best at twice the size of a usual page; a page larger than that needs it less.</summary>
    private const double EnglishScale = 2;
    private const double LargestEnglishPage = 4_000;

    /// <summary>Longest side in pixels.</summary>
    private const int ThumbnailSize = 320;

    /// <summary>Greys that a blank page may show, from scanning.</summary>
    private const int BlankRange = 24;

    /// <summary>Small pictures of the panels of a page, in their order; none where they cost too much.</summary>
    public async Task<IReadOnlyList<string>> CutThumbnailsAsync(Workspace workspace, string path, PageLayout layout, CancellationToken cancellationToken)
    {
        try
        {
            return await pages.CutThumbnailsAsync(
                workspace, path, [.. layout.Panels.Select(panel => new PanelCut(panel.X, panel.Y, panel.Width, panel.Height))], ThumbnailSize, cancellationToken);
        }
        catch (MediaException exception) when (exception.Permanent)
        {
            // The page itself was read; it needs no thumbnails to be filmed.
            return [];
        }
    }

    /// <param name="path">The page's picture in the workspace.</param>
    /// <exception cref="MediaException">The picture cannot be read.</exception>
    public async Task<PageReading> ReadAsync(
        Workspace workspace, string path, int number, string name, string language, ReadingDirection direction, CancellationToken cancellationToken)
    {
        var page = await pages.ReadGreyAsync(workspace, path, cancellationToken);
        var reading = new PageReading { Number = number, Name = name };
        if (IsBlank(page.Pixels))
            return reading with { Reason = "The page is blank." };

        reading = reading with { Layout = PanelDetector.Detect(page.Pixels, page.Width, page.Height, page.Width, direction).FitFrames(page.Pixels, page.Width) };
        try
        {
            return reading with { Bubbles = language == "ja" ? await ReadJapaneseAsync(workspace, page, cancellationToken) : await ReadEnglishAsync(workspace, page, reading.Layout, cancellationToken) };
        }
        catch (MediaException exception) when (exception.Permanent)
        {
            // A drawing that costs the reader too much time is shown in silence.
            return reading with { Reason = $"The lettering cannot be read: {exception.OwnerMessage}" };
        }
    }

    private async Task<IReadOnlyList<Bubble>> ReadJapaneseAsync(Workspace workspace, GreyPage page, CancellationToken cancellationToken)
    {
        var blocks = TextBlocks.Find(LetteringPage.Create(page.Pixels, page.Width, page.Height));
        var words = await SeeAsync(
            workspace, [.. blocks.Select(block => TextCrop.CutBlock(page.Pixels, page.Width, page.Height, block))], TextLayout.JapaneseColumns, cancellationToken);
        return
        [
            .. from pair in blocks.Zip(words)
               let text = JapaneseLettering.JoinWords(pair.Second)
               where text != null
               select new Bubble(pair.First.X, pair.First.Y, pair.First.Width, pair.First.Height, text),
        ];
    }

    /// <summary>Blocks of lettering are read first, each for itself, then the panels without them, for what has not the looks of a block.</summary>
    private async Task<IReadOnlyList<Bubble>> ReadEnglishAsync(Workspace workspace, GreyPage page, PageLayout layout, CancellationToken cancellationToken)
    {
        var small = LetteringPage.Create(page.Pixels, page.Width, page.Height);
        IReadOnlyList<TextCrop> blocks =
        [
            .. TextBlocks.Find(small).Select(block => TextCrop.CutBlock(page.Pixels, page.Width, page.Height, block)),
            .. LightLettering.Find(small),
        ];
        var lines = (await SeeAsync(workspace, blocks, TextLayout.EnglishBlock, cancellationToken)).SelectMany(EnglishLettering.BuildBlockLines).ToList();

        var scale = Math.Clamp(LargestEnglishPage / Math.Max(page.Width, page.Height), 1, EnglishScale);
        var panels = layout.Panels.Select(panel => TextCrop.CutRectangle(page.Pixels, page.Width, page.Height, panel.X, panel.Y, panel.Width, panel.Height, scale)).ToList();
        foreach (var panel in panels)
            lines.ForEach(panel.BlankBox);
        foreach (var line in (await SeeAsync(workspace, panels, TextLayout.EnglishLines, cancellationToken)).SelectMany(EnglishLettering.BuildLines))
        {
            // The boxes of slanted panels overlap.
            if (!lines.Exists(line.Overlaps))
                lines.Add(line);
        }

        return [.. lines.GroupBy(line => line.FindNearestPanel(layout.Panels)).SelectMany(EnglishLettering.BuildBubbles)];
    }

    private async Task<IEnumerable<IReadOnlyList<PageWord>>> SeeAsync(Workspace workspace, IReadOnlyList<TextCrop> crops, TextLayout layout, CancellationToken cancellationToken)
    {
        var words = await recognizer.ReadAsync(workspace, [.. crops.Select(Picture)], layout, cancellationToken);
        return crops.Zip(words, (crop, read) => read.Select(word => Seen(word, crop)).ToList());
    }

    private static TextPicture Picture(TextCrop crop) => new(crop.Width, crop.Height, crop.Pixels);

    private static PageWord Seen(RecognizedWord word, TextCrop crop) => new(
        word.Line, word.Text, word.Confidence,
        crop.Left + (word.X / crop.Scale), crop.Top + (word.Y / crop.Scale), word.Width / crop.Scale, word.Height / crop.Scale);

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
