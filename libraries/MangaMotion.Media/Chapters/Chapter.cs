using MangaMotion.Media.Pages;
using MangaMotion.Media.Sniffing;
using MangaMotion.Media.Workspaces;

namespace MangaMotion.Media.Chapters;

/// <summary>One file of a chapter as it was handed in.</summary>
/// <param name="Path">Where it lies; it stays.</param>
/// <param name="Name">What its owner calls it; used for the order of pages and for people to read, never as a path.</param>
public sealed record ChapterFile(string Path, string Name);

/// <summary>One page in reading order.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Name">What its owner calls it, at most 200 characters without controls.</param>
public sealed record ChapterPage(int Number, string Name);

/// <summary>A page as an image file in the job's workspace. Delete it after use: a chapter's pages may be larger than the disk.</summary>
public sealed record PageFile(string Path, MediaType Type);

/// <summary>The pages of a chapter, unpacked one by one. Holds the chapter's file open. Thread-safe: several pages may be unpacked at once.</summary>
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
        Pages = [.. source.Names.Select((name, i) => new ChapterPage(i + 1, PageNames.ForPeople(name, i + 1)))];
    }

    /// <summary>What the chapter says about itself.</summary>
    public ComicInfo Info => _source.Info;

    /// <summary>In reading order; at least one.</summary>
    public IReadOnlyList<ChapterPage> Pages { get; }

    /// <summary>Puts one page into the workspace, under a name that does not come from the chapter.</summary>
    /// <exception cref="MediaException">This page cannot be unpacked; the others may.</exception>
    /// <exception cref="IOException">The scratch directory is full or gone; trying again may help.</exception>
    public async Task<PageFile> UnpackAsync(ChapterPage page, CancellationToken cancellationToken)
    {
        var path = _workspace.NewPath();
        try
        {
            await _source.UnpackAsync(page.Number - 1, path, cancellationToken);
            var sniffed = MediaSniffer.SniffFile(path);
            if (sniffed.Type is not { Kind: MediaKind.Image } type)
                throw new CorruptMediaException($"Page {page.Number} ({page.Name}) is {sniffed.Description}{(sniffed.IsImage ? $", which is not taken; {PageImages.Types}" : ", not an image.")}");
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

/// <summary>Where the pages of a chapter come from.</summary>
internal interface IPageSource : IDisposable
{
    ComicInfo Info { get; }

    /// <summary>Whether the pages are images that a media host drew, which need no check.</summary>
    bool IsDrawn { get; }

    /// <summary>The owner's names of the pages in reading order.</summary>
    IReadOnlyList<string> Names { get; }

    Task UnpackAsync(int index, string path, CancellationToken cancellationToken);
}
