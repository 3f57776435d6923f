using System.Buffers;
using System.IO.Hashing;
using MangaMotion.Media.Sniffing;

namespace MangaMotion.Media.Chapters;

/// <summary>The pages in a ZIP or CBZ, in reading order. Other files in it are ignored.</summary>
internal sealed class ZipPages : IPageSource
{
    private readonly FileStream _file;
    private readonly IReadOnlyList<ZipEntry> _entries;

    private ZipPages(FileStream file, IReadOnlyList<ZipEntry> entries, ComicInfo info) => (_file, _entries, Info) = (file, entries, info);

    public ComicInfo Info { get; }

    public bool IsDrawn => false;

    public IReadOnlyList<string> Names => [.. _entries.Select(entry => entry.Name)];

    public static async Task<ZipPages> OpenAsync(string path, MediaLimits limits, CancellationToken cancellationToken)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, useAsync: true);
        try
        {
            var (pages, descriptions) = (new List<ZipEntry>(), new List<ZipEntry>());
            var head = new byte[MediaSniffer.HeadLength];
            foreach (var entry in ZipDirectory.Read(file.SafeFileHandle, limits).Where(entry => !PageNames.IsLeftBySystem(entry.Name)))
            {
                if (entry.Name.Split('/')[^1].Equals(ComicInfo.FileName, StringComparison.OrdinalIgnoreCase))
                {
                    descriptions.Add(entry);
                }
                else if (await IsPageAsync(file, entry, head, cancellationToken))
                {
                    if (entry.Unpacked > limits.EntryBytes)
                        throw new MediaLimitException("entry_bytes", limits.EntryBytes, entry.Unpacked, $"Unpacked, the page '{PageNames.ForPeople(entry.Name, 1)}' has {entry.Unpacked:N0} bytes; {limits.EntryBytes:N0} are allowed.");
                    pages.Add(entry);
                }
            }

            if (pages is [{ Obstacle: { } obstacle }, ..] && pages.TrueForAll(page => page.Obstacle != null))
                throw new UnsupportedMediaException($"Each page of the archive {obstacle}.");
            pages.Sort((left, right) => PageNames.ReadingOrder.Compare(left.Name, right.Name));
            // The one in the outermost folder describes the whole archive.
            var description = descriptions.OrderBy(entry => entry.Name.Count(letter => letter == '/')).ThenBy(entry => entry.Name, PageNames.ReadingOrder).FirstOrDefault();
            return new ZipPages(file, pages, description is null ? new ComicInfo() : await ReadInfoAsync(file, description, cancellationToken));
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    public async Task UnpackAsync(int index, string path, CancellationToken cancellationToken)
    {
        var entry = _entries[index];
        if (entry.Obstacle is { } obstacle)
            throw new UnsupportedMediaException($"The page '{PageNames.ForPeople(entry.Name, 1)}' {obstacle}.");
        var buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            await using var packed = ZipContent.Open(_file.SafeFileHandle, entry);
            await using var page = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, useAsync: true);
            var left = entry.Unpacked;
            var crc = new Crc32();
            int read;
            while ((read = await packed.ReadAsync(buffer, cancellationToken)) > 0)
            {
                if ((left -= read) < 0)
                    break;
                crc.Append(buffer.AsSpan(0, read));
                await page.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }

            if (left != 0 || crc.GetCurrentHashAsUInt32() != entry.Crc)
                throw Damaged(entry, left < 0 ? "there is more in it than the archive says" : left > 0 ? "there is less in it than the archive says" : "its checksum is wrong");
        }
        catch (InvalidDataException exception)
        {
            throw Damaged(entry, exception.Message);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public void Dispose() => _file.Dispose();

    private static async Task<ComicInfo> ReadInfoAsync(FileStream file, ZipEntry entry, CancellationToken cancellationToken)
    {
        if (entry.Obstacle is { } obstacle)
            return ComicInfo.NotUsed($"it {obstacle}");
        if (entry.Unpacked > ComicInfo.LongestFile)
            return ComicInfo.NotUsed($"it has {entry.Unpacked:N0} bytes, and {ComicInfo.LongestFile:N0} are allowed");
        try
        {
            await using var xml = ZipContent.Open(file.SafeFileHandle, entry);
            return ComicInfo.Parse(await ReadHeadAsync(xml, new byte[entry.Unpacked], cancellationToken));
        }
        catch (InvalidDataException)
        {
            return ComicInfo.NotUsed("it is damaged");
        }
    }

    /// <summary>Whether the entry is a page, by its name or by its bytes.</summary>
    private static async Task<bool> IsPageAsync(FileStream file, ZipEntry entry, byte[] head, CancellationToken cancellationToken)
    {
        if (PageNames.IsPage(entry.Name))
            return true;
        if (entry.Obstacle != null)
            return false;
        try
        {
            await using var packed = ZipContent.Open(file.SafeFileHandle, entry);
            var sniffed = MediaSniffer.Sniff(await ReadHeadAsync(packed, head, cancellationToken));
            return sniffed.Type?.Kind is MediaKind.Archive or MediaKind.Pdf
                ? throw new UnsupportedMediaException($"There is {sniffed.Description} in the archive ('{PageNames.ForPeople(entry.Name, 1)}'); a chapter holds its pages themselves. Send what is in it as a chapter of its own.")
                : sniffed.Type?.Kind == MediaKind.Image;
        }
        catch (InvalidDataException)
        {
            // Neither its name nor its bytes tell that it is a page.
            return false;
        }
    }

    private static async Task<byte[]> ReadHeadAsync(Stream packed, byte[] buffer, CancellationToken cancellationToken)
    {
        try
        {
            return buffer[..await packed.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken)];
        }
        catch (EndOfStreamException exception)
        {
            throw new InvalidDataException("The packed bytes end too early.", exception);
        }
    }

    private static CorruptMediaException Damaged(ZipEntry entry, string how) =>
        new($"The page '{PageNames.ForPeople(entry.Name, 1)}' is damaged in the archive; pack it again.", how);
}
