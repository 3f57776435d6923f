using MangaMotion.Media.Pages;
using MangaMotion.Media.Sniffing;
using MangaMotion.Media.Workspaces;

namespace MangaMotion.Media.Chapters;

/// <summary>One uploaded file of a chapter.</summary>
/// <param name="Path">Path of the file, which is not changed.</param>
/// <param name="Name">Name by the owner, for messages and the order of pages. Never used as a path.</param>
public sealed record ChapterFile(string Path, string Name);

/// <summary>One page in reading order.</summary>
/// <param name="Number">Page number, from 1.</param>
/// <param name="Name">Name by the owner, at most 200 characters without control characters.</param>
public sealed record ChapterPage(int Number, string Name);

/// <summary>
/// Page as an image file in the job's workspace. Delete it after use, because all pages together may not fit on the disk.
/// </summary>
public sealed record PageFile(string Path, MediaType Type);

/// <summary>Pages of a chapter, unpacked one by one. Keeps the file open. Thread-safe: several pages may be unpacked at once.</summary>
public sealed class Chapter : IDisposable
{
    private readonly IPageSource _source;
    private readonly PageImages _images;
    private readonly Workspace _workspace;

    internal Chapter(Workspace workspace, IPageSource source, PageImages images)
    {
        _workspace = workspace;
        _source = source;
        _images = images;
        Pages = [.. source.Names.Select((name, i) => new ChapterPage(i + 1, PageNames.ToDisplayName(name, i + 1)))];
    }

    /// <summary>Description of the chapter by its file.</summary>
    public ComicInfo Info => _source.Info;

    /// <summary>Pages in reading order, at least one.</summary>
    public IReadOnlyList<ChapterPage> Pages { get; }

    /// <summary>Unpacks a page into the workspace. Its file name does not come from the chapter.</summary>
    /// <exception cref="MediaException">This page cannot be unpacked. Others may be fine.</exception>
    /// <exception cref="IOException">The scratch directory is full or was deleted; a retry may help.</exception>
    public async Task<PageFile> UnpackAsync(ChapterPage page, CancellationToken cancellationToken)
    {
        var path = _workspace.NewPath();
        try
        {
            await _source.UnpackAsync(page.Number - 1, path, cancellationToken);
            var sniffed = MediaSniffer.SniffFile(path);
            if (sniffed.Type is not { Kind: MediaKind.Image } type)
            {
                var reason = sniffed.IsImage ? $", which is not supported; {PageImages.Types}" : ", not an image.";
                throw new CorruptMediaException($"Page {page.Number} ({page.Name}) is {sniffed.Description}{reason}");
            }

            return _source.IsDrawn ? new PageFile(path, type) : await _images.AcceptAsync(_workspace, path, cancellationToken);
        }
        catch
        {
            File.Delete(path);
            throw;
        }
    }

    public void Dispose() => _source.Dispose();
}

/// <summary>Source of the pages of a chapter.</summary>
internal interface IPageSource : IDisposable
{
    ComicInfo Info { get; }

    /// <summary>Whether a media host draws the pages, so that they need no check.</summary>
    bool IsDrawn { get; }

    /// <summary>Names of the pages by the owner, in reading order.</summary>
    IReadOnlyList<string> Names { get; }

    /// <summary>Unpacks a page to a new file.</summary>
    /// <param name="index">Index of the page, from 0.</param>
    Task UnpackAsync(int index, string path, CancellationToken cancellationToken);
}
