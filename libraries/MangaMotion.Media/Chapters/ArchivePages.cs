using MangaMotion.Media.Processes;
using MangaMotion.Media.Sniffing;

namespace MangaMotion.Media.Chapters;

/// <summary>Pages of an archive in the order of their names. Other files are ignored.</summary>
internal sealed class ArchivePages : IPageSource
{
    private readonly IChapterArchive _archive;
    private readonly IReadOnlyList<IArchiveEntry> _pages;

    private ArchivePages(IChapterArchive archive, IReadOnlyList<IArchiveEntry> pages, ComicInfo info)
    {
        _archive = archive;
        _pages = pages;
        Info = info;
    }

    public ComicInfo Info { get; }

    public bool IsDrawn => false;

    public IReadOnlyList<string> Names => [.. _pages.Select(page => page.Name)];

    /// <summary>Finds the pages by their names and bytes. The result disposes the archive.</summary>
    /// <exception cref="MediaException">The archive is refused; the message says why.</exception>
    public static async Task<ArchivePages> OpenAsync(IChapterArchive archive, MediaLimits limits, CancellationToken cancellationToken)
    {
        var files = archive.Entries.Where(entry => !PageNames.IsSystemFile(entry.Name)).ToList();
        var descriptions = files.Where(IsDescription).ToList();
        var pages = files.Where(entry => PageNames.IsPage(entry.Name)).ToList();
        var unnamed = files.Where(entry => !PageNames.IsPage(entry.Name) && !IsDescription(entry) && entry.Obstacle is null).ToList();
        var heads = await archive.ReadAsync(unnamed, MediaSniffer.HeadLength, cancellationToken);
        pages.AddRange(unnamed.Where((entry, place) => heads[place] is { } head && IsPicture(entry, head)));

        if (pages.Find(page => page.Unpacked > limits.EntryBytes) is { } large)
            throw TooLarge(large, limits);
        if (pages is [{ Obstacle: { } obstacle }, ..] && pages.TrueForAll(page => page.Obstacle != null))
            throw new UnsupportedMediaException($"Each page of the archive {obstacle}.");
        pages.Sort((left, right) => PageNames.ReadingOrder.Compare(left.Name, right.Name));

        // The description in the outermost folder is that of the whole archive.
        var description = descriptions
            .OrderBy(entry => entry.Name.Count(letter => letter == '/'))
            .ThenBy(entry => entry.Name, PageNames.ReadingOrder)
            .FirstOrDefault();
        var info = description is null ? new ComicInfo() : await ReadInfoAsync(archive, description, cancellationToken);
        return new ArchivePages(archive, pages, info);
    }

    public async Task UnpackAsync(int index, string path, CancellationToken cancellationToken)
    {
        var entry = _pages[index];
        if (entry.Obstacle is { } obstacle)
            throw new UnsupportedMediaException($"The page '{PageNames.ToDisplayName(entry.Name, 1)}' {obstacle}.");
        await _archive.UnpackAsync(entry, _pages.Skip(index + 1).Where(next => next.Obstacle is null), path, cancellationToken);
    }

    public void Dispose() => _archive.Dispose();

    internal static CorruptMediaException Damaged(IArchiveEntry entry, string detail) =>
        new($"The page '{PageNames.ToDisplayName(entry.Name, 1)}' is damaged in the archive; pack it again.", detail);

    internal static MediaLimitException TooLarge(IArchiveEntry page, MediaLimits limits) => new(
        "entry_bytes",
        limits.EntryBytes,
        page.Unpacked,
        $"Unpacked, the page '{PageNames.ToDisplayName(page.Name, 1)}' has {page.Unpacked:N0} bytes; {limits.EntryBytes:N0} are allowed.");

    /// <summary>Adds up the unpacked bytes of all entries.</summary>
    /// <exception cref="MediaLimitException">The entries have too many unpacked bytes together.</exception>
    internal static long CheckUnpackedBytes(IEnumerable<IArchiveEntry> entries, MediaLimits limits)
    {
        var unpacked = (long)Math.Min(entries.Sum(entry => (decimal)entry.Unpacked), long.MaxValue);
        if (unpacked > limits.UnpackedBytes)
        {
            throw LimitExceeded.TooMany(
                "unpacked_bytes", limits.UnpackedBytes, unpacked, "Unpacked, the archive has {0} bytes; {1} are allowed.");
        }

        return unpacked;
    }

    internal static CorruptMediaException RepeatedName(string name) =>
        new($"The archive holds two files with the name '{PageNames.ToDisplayName(name, 1)}'; rename one of them and pack it again.");

    private static bool IsDescription(IArchiveEntry entry) =>
        entry.Name.Split('/')[^1].Equals(ComicInfo.FileName, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a file without the name of a page is a picture by its first bytes.</summary>
    private static bool IsPicture(IArchiveEntry entry, byte[] head)
    {
        var sniffed = MediaSniffer.Sniff(head);
        return sniffed.Type?.Kind is MediaKind.Archive or MediaKind.Pdf
            ? throw new UnsupportedMediaException(
                $"The archive contains {sniffed.Description} ('{PageNames.ToDisplayName(entry.Name, 1)}') instead of pages. "
                + "Send that file as a chapter of its own.")
            : sniffed.Type?.Kind == MediaKind.Image;
    }

    private static async Task<ComicInfo> ReadInfoAsync(IChapterArchive archive, IArchiveEntry entry, CancellationToken cancellationToken)
    {
        if (entry.Obstacle is { } obstacle)
            return ComicInfo.NotUsed($"it {obstacle}");
        if (entry.Unpacked > ComicInfo.MaxFileBytes)
            return ComicInfo.NotUsed($"it has {entry.Unpacked:N0} bytes, and {ComicInfo.MaxFileBytes:N0} are allowed");
        var content = await archive.ReadAsync([entry], (int)entry.Unpacked, cancellationToken);
        return content[0] is { } xml ? ComicInfo.Parse(xml) : ComicInfo.NotUsed("it is damaged");
    }
}
