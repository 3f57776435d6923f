using MangaMotion.Media.Sniffing;

namespace MangaMotion.Media.Chapters;

/// <summary>The pages in an archive, in the order of their names. Other files in it are ignored.</summary>
internal sealed class ArchivePages : IPageSource
{
    private readonly IComicArchive _archive;
    private readonly IReadOnlyList<IArchiveEntry> _pages;

    private ArchivePages(IComicArchive archive, IReadOnlyList<IArchiveEntry> pages, ComicInfo info) => (_archive, _pages, Info) = (archive, pages, info);

    public ComicInfo Info { get; }

    public bool IsDrawn => false;

    public IReadOnlyList<string> Names => [.. _pages.Select(page => page.Name)];

    /// <summary>Finds the pages by their names and bytes. The result disposes the archive.</summary>
    /// <exception cref="MediaException">The archive is refused; the message says why.</exception>
    public static async Task<ArchivePages> OpenAsync(IComicArchive archive, MediaLimits limits, CancellationToken cancellationToken)
    {
        var files = archive.Entries.Where(entry => !PageNames.IsLeftBySystem(entry.Name)).ToList();
        var descriptions = files.Where(IsDescription).ToList();
        var pages = files.Where(entry => PageNames.IsPage(entry.Name)).ToList();
        var unnamed = files.Where(entry => !PageNames.IsPage(entry.Name) && !IsDescription(entry) && entry.Obstacle is null).ToList();
        var heads = await archive.ReadAsync(unnamed, MediaSniffer.HeadLength, cancellationToken);
        pages.AddRange(unnamed.Where((entry, place) => heads[place] is { } head && IsPicture(entry, head)));

        if (pages.Find(page => page.Unpacked > limits.EntryBytes) is { } large)
            throw new MediaLimitException("entry_bytes", limits.EntryBytes, large.Unpacked, $"Unpacked, the page '{PageNames.ForPeople(large.Name, 1)}' has {large.Unpacked:N0} bytes; {limits.EntryBytes:N0} are allowed.");
        if (pages is [{ Obstacle: { } obstacle }, ..] && pages.TrueForAll(page => page.Obstacle != null))
            throw new UnsupportedMediaException($"Each page of the archive {obstacle}.");
        pages.Sort((left, right) => PageNames.ReadingOrder.Compare(left.Name, right.Name));

        // The one in the outermost folder describes the whole archive.
        var description = descriptions.OrderBy(entry => entry.Name.Count(letter => letter == '/')).ThenBy(entry => entry.Name, PageNames.ReadingOrder).FirstOrDefault();
        return new ArchivePages(archive, pages, description is null ? new ComicInfo() : await ReadInfoAsync(archive, description, cancellationToken));
    }

    public async Task UnpackAsync(int index, string path, CancellationToken cancellationToken)
    {
        var entry = _pages[index];
        if (entry.Obstacle is { } obstacle)
            throw new UnsupportedMediaException($"The page '{PageNames.ForPeople(entry.Name, 1)}' {obstacle}.");
        await _archive.UnpackAsync(entry, _pages.Skip(index + 1).Where(next => next.Obstacle is null), path, cancellationToken);
    }

    public void Dispose() => _archive.Dispose();

    internal static CorruptMediaException Damaged(IArchiveEntry entry, string how) =>
        new($"The page '{PageNames.ForPeople(entry.Name, 1)}' is damaged in the archive; pack it again.", how);

    internal static CorruptMediaException Twins(string name) =>
        new($"The archive holds two files of one name ('{PageNames.ForPeople(name, 1)}'), and nobody can tell which one counts; pack it again.");

    private static bool IsDescription(IArchiveEntry entry) => entry.Name.Split('/')[^1].Equals(ComicInfo.FileName, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a file that is not called a page is a picture by its first bytes.</summary>
    private static bool IsPicture(IArchiveEntry entry, byte[] head)
    {
        var sniffed = MediaSniffer.Sniff(head);
        return sniffed.Type?.Kind is MediaKind.Archive or MediaKind.Pdf
            ? throw new UnsupportedMediaException($"There is {sniffed.Description} in the archive ('{PageNames.ForPeople(entry.Name, 1)}'); a chapter holds its pages themselves. Send what is in it as a chapter of its own.")
            : sniffed.Type?.Kind == MediaKind.Image;
    }

    private static async Task<ComicInfo> ReadInfoAsync(IComicArchive archive, IArchiveEntry entry, CancellationToken cancellationToken)
    {
        if (entry.Obstacle is { } obstacle)
            return ComicInfo.NotUsed($"it {obstacle}");
        if (entry.Unpacked > ComicInfo.LongestFile)
            return ComicInfo.NotUsed($"it has {entry.Unpacked:N0} bytes, and {ComicInfo.LongestFile:N0} are allowed");
        return (await archive.ReadAsync([entry], (int)entry.Unpacked, cancellationToken))[0] is { } xml ? ComicInfo.Parse(xml) : ComicInfo.NotUsed("it is damaged");
    }
}
