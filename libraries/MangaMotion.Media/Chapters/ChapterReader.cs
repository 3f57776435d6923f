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
    /// <summary>List of the kinds of chapters, as the second half of a sentence.</summary>
    private const string Kinds = "a chapter is a CBZ, CBR, CB7, CBT, ZIP, fixed-layout EPUB or PDF, or images.";

    private readonly MediaLimits _limits = options.Value.Limits;

    /// <summary>Finds the pages of a chapter without unpacking them.</summary>
    /// <param name="workspace">Workspace of the job, for the unpacked pages.</param>
    /// <param name="files">Files of the chapter, at least one.</param>
    /// <exception cref="MediaException">The whole chapter is refused. The message says why.</exception>
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
            MediaKind.Archive when sniffed.Type != MediaType.Zip => await OpenArchiveAsync(
                await HostArchive.OpenAsync(hosts, workspace, file.Path, sniffed.Type, _limits, cancellationToken), cancellationToken),
            MediaKind.Archive => await OpenArchiveAsync(ZipFileArchive.Open(file.Path, _limits), cancellationToken),
            MediaKind.Pdf => new PdfPages(pdf, workspace, file.Path, await pdf.CountPagesAsync(file.Path, cancellationToken)),
            _ => throw new UnsupportedMediaException($"This is {sniffed.Description}; {Kinds}"),
        };
    }

    private async Task<IPageSource> OpenArchiveAsync(IChapterArchive archive, CancellationToken cancellationToken)
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

    private static ImagePages Images(IReadOnlyList<ChapterFile> files)
    {
        foreach (var file in files)
        {
            // As in an archive, a file with the name of a page is a page even if it cannot be read. Another archive among pages is an
            // error.
            if (!PageNames.IsPage(file.Name) && MediaSniffer.SniffFile(file.Path) is { Type.Kind: not MediaKind.Image } sniffed)
            {
                var name = PageNames.ToDisplayName(file.Name, 1);
                throw new UnsupportedMediaException(
                    $"'{name}' is {sniffed.Description}; a chapter is one archive, EPUB or PDF, or only images.");
            }
        }

        return new ImagePages(files);
    }

    private MediaLimitException TooManyPages(int pages) =>
        LimitExceeded.TooMany("pages", _limits.Pages, pages, "The chapter has {0} pages; {1} are allowed.");
}
