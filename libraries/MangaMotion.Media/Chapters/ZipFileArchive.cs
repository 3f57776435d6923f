using System.Buffers;
using System.IO.Hashing;

namespace MangaMotion.Media.Chapters;

/// <summary>ZIP archive that this process reads, after <see cref="ZipDirectory"/> has checked its directory.</summary>
internal sealed class ZipFileArchive : IChapterArchive
{
    private readonly FileStream _file;

    private ZipFileArchive(FileStream file, IReadOnlyList<ZipEntry> entries) => (_file, Entries) = (file, entries);

    public IReadOnlyList<IArchiveEntry> Entries { get; }

    /// <summary>Opens an archive and checks its directory.</summary>
    /// <exception cref="MediaException">The archive is damaged, in several parts, or over a limit.</exception>
    public static ZipFileArchive Open(string path, MediaLimits limits)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, useAsync: true);
        try
        {
            return new ZipFileArchive(file, ZipDirectory.Read(file.SafeFileHandle, limits));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public async Task<IReadOnlyList<byte[]?>> ReadAsync(
        IReadOnlyList<IArchiveEntry> entries, int maxBytes, CancellationToken cancellationToken)
    {
        var heads = new byte[]?[entries.Count];
        var buffer = new byte[maxBytes];
        foreach (var (place, entry) in entries.Index())
            heads[place] = await ReadHeadAsync((ZipEntry)entry, buffer, cancellationToken);
        return heads;
    }

    public async Task UnpackAsync(
        IArchiveEntry entry, IEnumerable<IArchiveEntry> following, string path, CancellationToken cancellationToken)
    {
        var packedEntry = (ZipEntry)entry;
        var buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            await using var packed = ZipContent.Open(_file.SafeFileHandle, packedEntry);
            await using var page = new FileStream(
                path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, useAsync: true);
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

            if (left != 0)
                throw ArchivePages.Damaged(entry, $"it is {(left < 0 ? "longer" : "shorter")} than the archive states");
            if (crc.GetCurrentHashAsUInt32() != packedEntry.Crc)
                throw ArchivePages.Damaged(entry, "its checksum is wrong");
        }
        catch (InvalidDataException exception)
        {
            throw ArchivePages.Damaged(entry, exception.Message);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public void Dispose() => _file.Dispose();

    private async Task<byte[]?> ReadHeadAsync(ZipEntry entry, byte[] buffer, CancellationToken cancellationToken)
    {
        try
        {
            await using var packed = ZipContent.Open(_file.SafeFileHandle, entry);
            return buffer[..await packed.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken)];
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException)
        {
            return null;
        }
    }
}
