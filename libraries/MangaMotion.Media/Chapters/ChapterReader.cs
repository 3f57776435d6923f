using MangaMotion.Media.Hosts;
using MangaMotion.Media.Pages;
using MangaMotion.Media.Pdf;
using MangaMotion.Media.Processes;
using MangaMotion.Media.Sniffing;
using MangaMotion.Media.Workspaces;
using Microsoft.Extensions.Options;

namespace MangaMotion.Media.Chapters;

/// <summary>Opens chapters: one archive (CBZ, CBR, CB7, CBT), fixed-layout EPUB or PDF, or a set of images.</summary>
public sealed class ChapterReader(PdfRenderer pdf, PageImages images, MediaHostPool hosts, IOptions<MediaOptions> options)
{
    /// <summary>The list of kinds of chapters, as the second half of a sentence.</summary>
    private const string Kinds = "a chapter is a CBZ, CBR, CB7, CBT, ZIP, fixed-layout EPUB or PDF, or images.";

    private readonly MediaLimits _limits = options.Value.Limits;

    /// <summary>Finds the pages of a chapter; unpacks none of them yet.</summary>
    /// <param name="workspace">The job's; pages go there one by one.</param>
    /// <param name="files">At least one.</param>
    /// <exception cref="MediaException">The chapter as a whole is refused; the message says why.</exception>
    public async Task<Chapter> OpenAsync(Workspace workspace, IReadOnlyList<ChapterFile> files, CancellationToken cancellationToken)
    {
        if (files.Count == 0)
            throw new CorruptMediaException($"The chapter has no pages; {Kinds}");
        if (files.Count > _limits.Pages)
            throw TooManyPages(files.Count);

        var source = files is [var one] ? await OpenAsync(workspace, one, cancellationToken) : Images(files);
        try
        {
            return source.Names.Count switch
            {
                0 => throw new CorruptMediaException($"There is no page in the chapter; {PageImages.Types}"),
                var pages when pages > _limits.Pages => throw TooManyPages(pages),
                _ => new Chapter(workspace, source, images),
            };
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    private async Task<IPageSource> OpenAsync(Workspace workspace, ChapterFile file, CancellationToken cancellationToken)
    {
        var sniffed = MediaSniffer.SniffFile(file.Path);
        return sniffed.Type?.Kind switch
        {
            MediaKind.Image => Images([file]),
            MediaKind.Archive when sniffed.Type != MediaType.Zip => await PagesAsync(
                await HostComic.OpenAsync(hosts, workspace, file.Path, sniffed.Type, _limits, cancellationToken), cancellationToken),
            MediaKind.Archive => await PagesAsync(ZipComic.Open(file.Path, _limits), cancellationToken),
            MediaKind.Pdf => new PdfPages(pdf, workspace, file.Path, await pdf.CountPagesAsync(file.Path, cancellationToken)),
            null when EndsInArchive(file.Path) => await PagesAsync(ZipComic.Open(file.Path, _limits), cancellationToken),
            _ => throw new UnsupportedMediaException($"This is {sniffed.Description}; {Kinds}"),
        };
    }

    private async Task<IPageSource> PagesAsync(IComicArchive archive, CancellationToken cancellationToken)
    {
        try
        {
            return EpubPages.Find(archive) is { } container
                ? await EpubPages.OpenAsync(archive, container, _limits, cancellationToken)
                : await ArchivePages.OpenAsync(archive, _limits, cancellationToken);
        }
        catch
        {
            archive.Dispose();
            throw;
        }
    }

    /// <summary>An archive may have a program that unpacks it, or anything else, in front of it.</summary>
    private static bool EndsInArchive(string path)
    {
        using var file = File.OpenHandle(path);
        return ZipDirectory.IsIn(file);
    }

    private static ImagePages Images(IReadOnlyList<ChapterFile> files)
    {
        foreach (var file in files)
        {
            // As in an archive: a file that is called a page is one that may be unreadable. Another archive among pages is a misunderstanding.
            if (!PageNames.IsPage(file.Name) && MediaSniffer.SniffFile(file.Path) is { Type.Kind: not MediaKind.Image } sniffed)
                throw new UnsupportedMediaException($"'{PageNames.ForPeople(file.Name, 1)}' is {sniffed.Description}; a chapter is one archive, EPUB or PDF, or only images.");
        }

        return new ImagePages(files);
    }

    private MediaLimitException TooManyPages(int pages) => Outcome.TooMany("pages", _limits.Pages, pages, "The chapter has {0} pages; {1} are allowed.");
}
