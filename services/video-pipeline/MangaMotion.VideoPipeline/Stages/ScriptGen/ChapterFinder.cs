using MangaMotion.Comics.Lettering;
using MangaMotion.Comics.Panels;
using MangaMotion.Comics.Script;
using MangaMotion.Contracts.Videos.V1;
using MangaMotion.Media;
using MangaMotion.Media.Chapters;
using MangaMotion.Media.Workspaces;

namespace MangaMotion.VideoPipeline.Stages.ScriptGen;

/// <summary>Value of a script, where it comes from, and the confidence in it, 0 to 1; null if nothing was measured.</summary>
internal sealed record Found<T>(T Value, ValueSource From, double? Confidence = null);

/// <summary>Finds the language and the reading direction of a chapter: in the request, in ComicInfo.xml, or in the lettering.</summary>
internal sealed class ChapterFinder(PageScribe scribe)
{
    /// <summary>Pages that are read at most. Covers and title pages may have no lettering.</summary>
    private const int MaxPages = 6;

    /// <summary>Finds the language. Pages are read only if neither the request nor the chapter has a language that can be read.</summary>
    public async Task<Found<string>> FindLanguageAsync(
        Workspace workspace, Media.Chapters.Chapter chapter, VideoOptions options, CancellationToken cancellationToken)
    {
        if (options.Language is { } requested)
            return new(requested, ValueSource.Request);
        if (chapter.Info.Language?.Split('-')[0] is ("ja" or "en") and { } stated)
            return new(stated, FindSource(chapter.Info));

        var evidence = default(LanguageEvidence);
        foreach (var page in chapter.Pages.Take(MaxPages))
        {
            evidence += await ReadAsync(workspace, chapter, page, cancellationToken);
            if (evidence.IsClear)
                break;
        }

        return evidence.Language is { } language
            ? new(language, ValueSource.Pages, evidence.Confidence)
            : new(VideoDefaults.Language, ValueSource.Default);
    }

    /// <summary>Finds the direction. Japanese lettering is read from the right. Translated manga is, too, and is the default.</summary>
    public static Found<ReadingDirection> FindDirection(VideoOptions options, ComicInfo info, Found<string> language) =>
        (options.Direction, info.RightToLeft) switch
        {
            ("ltr", _) => new(ReadingDirection.LeftToRight, ValueSource.Request),
            (not null, _) => new(ReadingDirection.RightToLeft, ValueSource.Request),
            (_, false) => new(ReadingDirection.LeftToRight, FindSource(info)),
            (_, true) => new(ReadingDirection.RightToLeft, FindSource(info)),
            _ when language is { Value: "ja", From: ValueSource.Pages } =>
                new(ReadingDirection.RightToLeft, ValueSource.Pages, language.Confidence),
            _ => new(ReadingDirection.RightToLeft, ValueSource.Default),
        };

    private static ValueSource FindSource(ComicInfo info) => info.IsFromEpub ? ValueSource.Epub : ValueSource.Comicinfo;

    private async Task<LanguageEvidence> ReadAsync(
        Workspace workspace, Media.Chapters.Chapter chapter, ChapterPage page, CancellationToken cancellationToken)
    {
        try
        {
            var file = await chapter.UnpackAsync(page, cancellationToken);
            try
            {
                return await scribe.CountLettersAsync(workspace, file.Path, cancellationToken);
            }
            finally
            {
                File.Delete(file.Path);
            }
        }
        catch (MediaException exception) when (exception.Permanent)
        {
            // The page is reported when it is read for the script.
            return default;
        }
    }
}
