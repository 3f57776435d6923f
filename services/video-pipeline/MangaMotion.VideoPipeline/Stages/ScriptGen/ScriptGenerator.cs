using System.Collections.Concurrent;
using MangaMotion.Comics.Camera;
using MangaMotion.Comics.Panels;
using MangaMotion.Comics.Script;
using MangaMotion.Jobs;
using MangaMotion.Media;
using MangaMotion.Media.Chapters;
using MangaMotion.Media.Workspaces;
using MangaMotion.MediaJobs;
using MangaMotion.Storage;
using MangaMotion.Videos;

namespace MangaMotion.VideoPipeline.Stages.ScriptGen;

/// <summary>Writes scripts without a network: panels by their gutters, lettering by local readers, lines and moves by rules.</summary>
/// <param name="lines">Provider that corrects the lines afterwards; null if none is set.</param>
internal sealed class ScriptGenerator(
    ChapterReader chapters, ChapterFinder finder, PageScribe scribe, IObjectStore store, TitleWriter titles, ILineWriter? lines = null)
    : IScriptGenerator
{
    /// <summary>Number of pages that are read at the same time. Each holds its pixels in memory.</summary>
    private static readonly int PagesAtOnce = Math.Clamp(Environment.ProcessorCount, 1, 4);

    public async Task<WrittenScript> WriteAsync(
        Chapter chapter, Workspace workspace, IProgress<double> progress, CancellationToken cancellationToken)
    {
        var files = chapter.Files.Select(file => new Media.Chapters.ChapterFile(file.Path, file.Name)).ToArray();
        using var opened = await chapters.OpenAsync(workspace, files, cancellationToken);
        var options = chapter.Options;
        var language = await finder.FindLanguageAsync(workspace, opened, options, cancellationToken);
        var direction = ChapterFinder.FindDirection(options, opened.Info, language);
        var readings = new PageReading[opened.Pages.Count];
        var stored = new ConcurrentBag<StoredPage>();
        var done = 0;
        await Parallel.ForEachAsync(
            opened.Pages,
            new ParallelOptions { MaxDegreeOfParallelism = PagesAtOnce, CancellationToken = cancellationToken },
            async (page, token) =>
            {
                readings[page.Number - 1] = await ReadAsync(page, token);
                progress.Report((double)Interlocked.Increment(ref done) / readings.Length);
            });

        var frame = new FrameSize(options.Width, options.Height);
        var title = FindTitle(chapter, opened);
        var script = ScriptWriter.WriteScript(title, language.Value, direction.Value, frame, options.Fps, readings) with
        {
            DirectionFrom = direction.From,
            DirectionConfidence = direction.Confidence,
            LanguageFrom = language.From,
            LanguageConfidence = language.Confidence,
            Cast = options.Cast is { } cast ? ScriptJson.ReadCast(cast) : null,
        };
        script = script with { Notes = CollectNotes(opened.Info, language, script.Notes) };
        if (script.Shots.Count == 0)
            throw new PermanentJobException("no_page", $"No page of the chapter can be shown. {DescribeReasons(readings)}".TrimEnd());
        script = ScriptPacing.Apply(script, options);
        if (lines != null)
            script = await lines.WriteAsync(script, cancellationToken);
        script = await titles.WriteAsync(script, options, opened.Info, workspace, cancellationToken);
        return new WrittenScript(script, [.. stored.OrderBy(page => page.Number)]);

        async Task<PageReading> ReadAsync(ChapterPage page, CancellationToken token)
        {
            PageFile file;
            PageReading reading;
            try
            {
                file = await opened.UnpackAsync(page, token);
                reading = await scribe.ReadAsync(workspace, file.Path, page.Number, page.Name, language.Value, direction.Value, token);
            }
            catch (MediaException exception) when (exception.Permanent && options.UnreadablePages != "fail")
            {
                return new PageReading { Number = page.Number, Name = page.Name, Reason = exception.OwnerMessage };
            }
            catch (MediaException exception) when (exception.Permanent)
            {
                var named = $"Page {page.Number} ({page.Name}) ";
                throw MediaJobFailures.From(
                    exception, exception.OwnerMessage.StartsWith(named, StringComparison.Ordinal) ? null : $"{named}cannot be read:");
            }

            if (reading.Layout is { } layout)
            {
                var thumbnails = await scribe.CutThumbnailsAsync(workspace, file.Path, layout, token);
                var panels = await StorePanelsAsync(page, layout, thumbnails, token);
                stored.Add(await StoreAsync(chapter.VideoId, page, file, token) with { Panels = panels });
            }

            // A disk store may have moved the file.
            File.Delete(file.Path);
            return reading;
        }

        async Task<StoredPanel[]> StorePanelsAsync(
            ChapterPage page, PageLayout layout, IReadOnlyList<string> thumbnails, CancellationToken token)
        {
            var panels = new StoredPanel[thumbnails.Count];
            for (var i = 0; i < panels.Length; i++)
            {
                var (panel, key) = (layout.Panels[i], VideoKeys.Panel(chapter.VideoId, page.Number, i + 1));
                await store.PutFileAsync(key, thumbnails[i], new PutOptions { ContentType = "image/jpeg" }, token);
                // A disk store may have moved the file.
                File.Delete(thumbnails[i]);
                panels[i] = new(panel.X, panel.Y, panel.Width, panel.Height, key);
            }

            return panels;
        }
    }

    private async Task<StoredPage> StoreAsync(Guid video, ChapterPage page, PageFile file, CancellationToken cancellationToken)
    {
        var key = VideoKeys.Page(video, page.Number, file.Type.Extension);
        // The file may be a link to the original, which the store must not move, so it is sent as a stream.
        await using var content = File.OpenRead(file.Path);
        var options = new PutOptions { ContentType = file.Type.Name, ExpectedLength = content.Length };
        var put = await store.PutAsync(key, content, options, cancellationToken);
        return new StoredPage(page.Number, key, put.Sha256!);
    }

    /// <summary>Lists the reasons of the first pages, each with its page, and the number of the others.</summary>
    private static string DescribeReasons(IReadOnlyList<PageReading> readings)
    {
        const int MaxNamed = 5;
        var reasons = readings.Where(reading => reading.Reason != null).ToList();
        var sentences = reasons.Take(MaxNamed).Select(reading =>
            reading.Reason!.StartsWith($"Page {reading.Number} ", StringComparison.Ordinal)
                ? reading.Reason
                : $"Page {reading.Number} ({reading.Name}): {reading.Reason}");
        var more = reasons.Count - MaxNamed;
        return string.Join(' ', sentences) + (more > 0 ? $" The same holds for {more} more." : "");
    }

    private static string[]? CollectNotes(ComicInfo info, Found<string> language, IReadOnlyList<string>? notes)
    {
        var source = info.IsFromEpub ? "The EPUB" : "ComicInfo.xml";
        string?[] all =
        [
            info.Note,
            language.From is not (ValueSource.Request or ValueSource.Comicinfo or ValueSource.Epub) && info.Language != null
                ? $"{source} says that the language is '{info.Language}', which is not read here; "
                    + $"the chapter was read as '{language.Value}'."
                : null,
            .. notes ?? [],
        ];
        return all.OfType<string>().ToArray() is { Length: > 0 } some ? some : null;
    }

    private static string FindTitle(Chapter chapter, Media.Chapters.Chapter opened)
    {
        if ((chapter.Options.Title ?? opened.Info.Title) is { } title)
            return title;
        var name = Path.GetFileNameWithoutExtension(chapter.Files[0].Name.Split('/', '\\')[^1]);
        return name.Length > 0 ? name : "Untitled";
    }
}
