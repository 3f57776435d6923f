using System.Buffers;
using System.IO.Compression;
using System.IO.Hashing;
using MangaMotion.Media.Sniffing;

namespace MangaMotion.Media.Chapters;

/// <summary>The pages in a ZIP or CBZ: its images in natural order, whatever lies between them.</summary>
internal sealed class ZipPages : IPageSource
{
    private readonly FileStream _file;
    private readonly IReadOnlyList<ZipEntry> _entries;

    private ZipPages(FileStream file, IReadOnlyList<ZipEntry> entries, ComicInfo info) => (_file, _entries, Info) = (file, entries, info);

    public ComicInfo Info { get; }

    public IReadOnlyList<string> Names => [.. _entries.Select(entry => entry.Name)];

    public static async Task<ZipPages> OpenAsync(string path, MediaLimits limits, CancellationToken cancellationToken)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, useAsync: true);
        try
        {
            var entries = ZipDirectory.Read(file.SafeFileHandle, limits);
            var info = new ComicInfo();
            var pages = new List<ZipEntry>();
            var head = new byte[MediaSniffer.HeadLength];
            foreach (var entry in entries.Where(entry => !PageNames.IsLeftBySystem(entry.Name)))
            {
                if (entry.Name.Split('/')[^1].Equals(ComicInfo.FileName, StringComparison.OrdinalIgnoreCase) && entry.Unpacked <= ComicInfo.LongestFile)
                {
                    info = await ReadInfoAsync(file, entry, cancellationToken);
                }
                else if (await IsPageAsync(file, entry, head, cancellationToken))
                {
                    if (entry.Unpacked > limits.EntryBytes)
                        throw new MediaLimitException("entry_bytes", limits.EntryBytes, entry.Unpacked, $"Unpacked, the page '{PageNames.ForPeople(entry.Name, 1)}' has {entry.Unpacked:N0} bytes; {limits.EntryBytes:N0} are allowed.");
                    pages.Add(entry);
                }
            }

            pages.Sort((left, right) => PageNames.Natural.Compare(left.Name, right.Name));
            return new ZipPages(file, pages, info);
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
        var buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            await using var packed = Open(_file, entry);
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
        try
        {
            await using var xml = Open(file, entry);
            return ComicInfo.Parse(new MemoryStream(await ReadHeadAsync(xml, new byte[entry.Unpacked], cancellationToken)));
        }
        catch (InvalidDataException)
        {
            // As with one that is no XML: the pages are what counts.
            return new ComicInfo();
        }
    }

    private static async Task<bool> IsPageAsync(FileStream file, ZipEntry entry, byte[] head, CancellationToken cancellationToken)
    {
        try
        {
            await using var packed = Open(file, entry);
            var type = MediaSniffer.Sniff(await ReadHeadAsync(packed, head, cancellationToken)).Type;
            return type?.Kind is MediaKind.Archive or MediaKind.Pdf
                ? throw new UnsupportedMediaException($"There is a {type.Title} file in the archive ('{PageNames.ForPeople(entry.Name, 1)}'); a chapter holds its pages themselves. Send what is in it as a chapter of its own.")
                : type?.Kind == MediaKind.Image;
        }
        catch (InvalidDataException)
        {
            // Its name is all that is left to tell whether a page is missing.
            return Path.GetExtension(entry.Name).ToLowerInvariant() is ".jpg" or ".jpeg" or ".png" or ".webp" or ".gif" or ".tif" or ".tiff";
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

    private static Stream Open(FileStream file, ZipEntry entry)
    {
        var packed = new FileSlice(file.SafeFileHandle, entry.Data, entry.Packed);
        return entry.Deflated ? new DeflateStream(packed, CompressionMode.Decompress) : packed;
    }

    private static CorruptMediaException Damaged(ZipEntry entry, string how) =>
        new($"The page '{PageNames.ForPeople(entry.Name, 1)}' is damaged in the archive; pack it again.", how);
}
