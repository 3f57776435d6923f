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

    public static ArchiveAnswer Read(HostArguments host, ArchiveJob job)
    {
        using var file = File.OpenRead(host.Input);
        try
        {
            using var archive = Open(file, job.Type);
            if (job.Wanted is not null)
                return new ArchiveAnswer(Unpack(archive, job.Wanted, host.OutputDirectory), archive.IsSolid);
            List(archive, job.MaxEntries, host.OutputDirectory);
            return new ArchiveAnswer("", archive.IsSolid);
        }
        catch (Exception failure) when (failure is not (RefusedException or OutOfMemoryException))
        {
            // Parsers throw exceptions of any type for hostile bytes.
            throw new RefusedException(new HostFailure(Kind(failure), Describe(failure)));
        }
    }

    private static IArchive Open(Stream file, string type)
    {
        var options = new ReaderOptions { LeaveStreamOpen = true, LookForHeader = false };
        // Names of TAR and RAR 4 may be in any code page. Latin-1 keeps their bytes for the worker, which decodes them.
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
        var files = new List<IArchiveEntry>();
        var count = 0;
        if (archive is IRarArchive rar && rar.IsMultipartVolume())
            throw new RefusedException(new HostFailure(HostFailureKind.PartOfSeveral, "the archive says that it is a volume"));
        foreach (var entry in Files(archive))
        {
            if (entry.IsSplitAfter)
                throw new RefusedException(new HostFailure(HostFailureKind.PartOfSeveral, "an entry continues in another part"));
            if (++count <= maxEntries)
                files.Add(entry);
        }

        if (count > maxEntries)
            throw new RefusedException(new HostFailure(HostFailureKind.TooManyEntries, "", count));
        IReadOnlyList<HostEntry> entries = [.. files.Index().Select(file => Describe(file.Item, files[FindSource(files, file.Index)]))];
        Write(
            Path.Combine(folder, ArchiveJob.ListFile),
            output => JsonSerializer.Serialize(output, entries, HostProtocol.Default.IReadOnlyListHostEntry));
    }

    /// <summary>
    /// Describes an entry for the worker. The checksum is passed on for 7z only, because SharpCompress does not check it there; 0 means
    /// that the entry has none.
    /// </summary>
    /// <param name="source">Entry with the bytes.</param>
    private static HostEntry Describe(IArchiveEntry entry, IArchiveEntry source)
    {
        if (source.Size < 0)
            throw new InvalidDataException("an entry without a size");
        uint? crc = entry.Archive.Type == ArchiveType.SevenZip && entry.Crc != 0 ? (uint)entry.Crc : null;
        return new HostEntry(entry.Key ?? "", source.Size, entry.IsEncrypted, crc);
    }

    /// <summary>Unpacks the wanted entries to files named by their place in the list.</summary>
    /// <returns>Why the first damaged entry could not be unpacked; empty if none is damaged.</returns>
    private static string Unpack(IArchive archive, IReadOnlyList<HostWanted> wanted, string folder)
    {
        IReadOnlyList<IArchiveEntry> files = [.. Files(archive)];
        var places = wanted.Index().ToLookup(pair => FindSource(files, pair.Item.Entry), pair => pair.Index);
        var detail = "";
        if (archive is IRarArchive && archive.IsSolid)
        {
            // Each file depends on the bytes before it. The reader of all entries would end with an exception at a reference.
            var needed = files.Index().Take(places.Max(group => group.Key) + 1);
            foreach (var (number, file) in needed.Where(file => FindTarget(file.Item) is null))
                Save(file.OpenEntryStream, [.. places[number]], toItsEnd: true);
        }
        else if (archive.IsSolid)
        {
            // Each entry depends on the bytes before it, so one pass unpacks all.
            using var reader = archive.ExtractAllEntries();
            for (var (entry, left) = (-1, places.Count); left > 0 && reader.MoveToNextEntry();)
            {
                if (reader.Entry.IsDirectory || !places.Contains(++entry))
                    continue;
                left--;
                Save(reader.OpenEntryStream, [.. places[entry]]);
            }
        }
        else
        {
            foreach (var group in places.OrderBy(group => group.Key))
                Save(files[group.Key].OpenEntryStream, [.. group]);
        }

        return detail;

        void Save(Func<Stream> open, int[] equals, bool toItsEnd = false)
        {
            var paths = equals.Select(place => Path.Combine(folder, $"{place}")).ToList();
            try
            {
                using var content = open();
                foreach (var path in paths.Take(1))
                    Write(path, output => Copy(content, output, equals.Max(place => wanted[place].Bytes)));
                foreach (var path in paths.Skip(1))
                    File.Copy(paths[0], path);
                if (toItsEnd)
                    content.CopyTo(Stream.Null);
            }
            catch (Exception failure) when (failure is not (RefusedException or OutOfMemoryException))
            {
                paths.ForEach(File.Delete);
                detail = detail.Length > 0 ? detail : Describe(failure);
            }
        }
    }

    /// <summary>
    /// The key of the file whose bytes a file has: WinRAR stores a reference to an equal file, TAR a link. SharpCompress follows neither.
    /// </summary>
    private static string? FindTarget(IArchiveEntry file) => file switch
    {
        RarArchiveEntry { IsRedir: true } reference => reference.RedirTargetName,
        TarArchiveEntry { LinkTarget: { Length: > 0 } target } => target,
        _ => null,
    };

    /// <summary>The number of the file whose bytes a file has: its own, if it is no reference to another file of the archive.</summary>
    private static int FindSource(IReadOnlyList<IArchiveEntry> files, int number)
    {
        if (FindTarget(files[number]) is not { } target)
            return number;
        // A hard link has the key of another entry; a symbolic link has a path from its own folder.
        var key = files[number].Key ?? "";
        var sibling = key[..(key.LastIndexOf('/') + 1)] + target;
        return files.Index().FirstOrDefault(file => file.Item.Key == target || file.Item.Key == sibling) is { Item: not null } source
            ? source.Index
            : number;
    }

    private static IEnumerable<IArchiveEntry> Files(IArchive archive) => archive.Entries.Where(entry => !entry.IsDirectory);

    private static void Copy(Stream content, Stream output, long maxBytes)
    {
        var buffer = new byte[64 * 1024];
        int read;
        for (var left = maxBytes; left > 0 && (read = content.Read(buffer, 0, (int)Math.Min(left, buffer.Length))) > 0; left -= read)
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
