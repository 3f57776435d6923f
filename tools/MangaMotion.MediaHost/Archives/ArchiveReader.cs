using System.Text;
using System.Text.Json;
using MangaMotion.Media.Hosts;
using SharpCompress.Archives;
using SharpCompress.Archives.Rar;
using SharpCompress.Archives.SevenZip;
using SharpCompress.Archives.Tar;
using SharpCompress.Common;
using SharpCompress.Readers;

namespace MangaMotion.MediaHost.Archives;

/// <summary>Lists and unpacks RAR, 7z and TAR by SharpCompress. Names in the archive are never used as paths.</summary>
internal static class ArchiveReader
{
    private const int LongestDetail = 400;

    public static ArchiveAnswer Read(Slot slot, ArchiveJob job)
    {
        using var file = File.OpenRead(slot.Input);
        try
        {
            using var archive = Open(file, job.Type);
            if (job.Wanted is not null)
                return new ArchiveAnswer(Unpack(archive, job.Wanted, slot.Out));
            List(archive, job.MaxEntries, slot.Out);
            return new ArchiveAnswer("");
        }
        catch (Exception failure) when (failure is not (RefusedException or OutOfMemoryException))
        {
            // Bytes of other people make parsers throw anything.
            throw new RefusedException(new HostFailure(Kind(failure), Describe(failure)));
        }
    }

    private static IArchive Open(Stream file, string type)
    {
        var options = new ReaderOptions { LeaveStreamOpen = true, LookForHeader = false };
        // Names of TAR and of RAR 4 may be in any code page: their bytes go to the worker.
        var bytes = options with { ArchiveEncoding = new ArchiveEncoding { Forced = Encoding.Latin1 } };
        return type switch
        {
            "application/vnd.rar" => RarArchive.OpenArchive(file, bytes),
            "application/x-7z-compressed" => SevenZipArchive.OpenArchive(file, options),
            "application/x-tar" => TarArchive.OpenArchive(file, bytes),
            _ => throw new NotSupportedException($"no reader for {type}"),
        };
    }

    private static void List(IArchive archive, int maxEntries, string folder)
    {
        var entries = new List<HostEntry>();
        var count = 0;
        foreach (var entry in Files(archive))
        {
            if (entry.IsSplitAfter)
                throw new RefusedException(new HostFailure(HostFailureKind.PartOfSeveral, "an entry goes on in another part"));
            if (++count <= maxEntries)
                entries.Add(new HostEntry(entry.Key ?? "", entry.Size >= 0 ? entry.Size : throw new InvalidDataException("an entry of no size"), entry.IsEncrypted, Crc(archive, entry)));
        }

        if (count > maxEntries)
            throw new RefusedException(new HostFailure(HostFailureKind.TooManyEntries, "", count));
        Write(Path.Combine(folder, ArchiveJob.ListFile), output => JsonSerializer.Serialize(output, entries, HostProtocol.Default.IReadOnlyListHostEntry));
    }

    /// <returns>Why the first damaged entry could not be unpacked; empty where all could.</returns>
    private static string Unpack(IArchive archive, IReadOnlyList<HostWanted> wanted, string folder)
    {
        var places = wanted.Index().ToDictionary(pair => pair.Item.Entry, pair => pair.Index);
        var detail = "";
        if (archive.IsSolid)
        {
            // Each entry depends on the bytes before it: one pass for all.
            using var reader = archive.ExtractAllEntries();
            for (var (entry, left) = (-1, wanted.Count); left > 0 && reader.MoveToNextEntry();)
            {
                if (reader.Entry.IsDirectory || !places.TryGetValue(++entry, out var place))
                    continue;
                left--;
                Save(reader.OpenEntryStream, place);
            }
        }
        else
        {
            foreach (var (number, entry) in Files(archive).Index())
            {
                if (places.TryGetValue(number, out var place))
                    Save(entry.OpenEntryStream, place);
            }
        }

        return detail;

        void Save(Func<Stream> open, int place)
        {
            var path = Path.Combine(folder, $"{place}");
            try
            {
                using var content = open();
                Write(path, output => Copy(content, output, wanted[place].Bytes));
            }
            catch (Exception failure) when (failure is not (RefusedException or OutOfMemoryException))
            {
                File.Delete(path);
                detail = detail.Length > 0 ? detail : Describe(failure);
            }
        }
    }

    /// <summary>The checksum of an entry of a 7z, which SharpCompress does not check. It is 0 where there is none.</summary>
    private static uint? Crc(IArchive archive, IArchiveEntry entry) => archive.Type == ArchiveType.SevenZip && entry.Crc != 0 ? (uint)entry.Crc : null;

    private static IEnumerable<IArchiveEntry> Files(IArchive archive) => archive.Entries.Where(entry => !entry.IsDirectory);

    private static void Copy(Stream content, Stream output, long most)
    {
        var buffer = new byte[64 * 1024];
        int read;
        for (var left = most; left > 0 && (read = content.Read(buffer, 0, (int)Math.Min(left, buffer.Length))) > 0; left -= read)
        {
            try
            {
                output.Write(buffer, 0, read);
            }
            catch (IOException failure)
            {
                throw new RefusedException(new HostFailure(HostFailureKind.Internal, failure.Message));
            }
        }
    }

    private static void Write(string path, Action<Stream> write)
    {
        using var output = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        write(output);
    }

    private static HostFailureKind Kind(Exception failure) => failure switch
    {
        CryptographicException => HostFailureKind.Encrypted,
        MultiVolumeExtractionException or MultipartStreamRequiredException => HostFailureKind.PartOfSeveral,
        NotSupportedException or NotImplementedException => HostFailureKind.Unsupported,
        _ => HostFailureKind.Corrupt,
    };

    private static string Describe(Exception failure)
    {
        var text = $"{failure.GetType().Name}: {failure.Message}";
        return text.Length > LongestDetail ? text[..LongestDetail] : text;
    }
}
