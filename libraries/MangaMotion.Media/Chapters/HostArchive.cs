using System.IO.Hashing;
using System.Text;
using System.Text.Json;
using MangaMotion.Media.Hosts;
using MangaMotion.Media.Processes;
using MangaMotion.Media.Workspaces;

namespace MangaMotion.Media.Chapters;

/// <summary>
/// A RAR, 7z or TAR archive that a media host lists and unpacks. Pages of a solid archive depend on all bytes before them, so several are
/// unpacked at a time and wait in the workspace. Thread-safe.
/// </summary>
internal sealed class HostArchive : IChapterArchive
{
    /// <summary>Most unpacked bytes of pages that wait in the workspace, unless one page is larger.</summary>
    private const long BatchBytes = 256_000_000;

    /// <summary>Most bytes of the list of entries.</summary>
    private const long MaxListBytes = 64L << 20;

    private readonly MediaHostPool _hosts;
    private readonly Workspace _workspace;
    private readonly string _path;
    private readonly MediaType _type;
    private readonly MediaLimits _limits;
    private readonly SemaphoreSlim _turn = new(1);
    private readonly Dictionary<Entry, string?> _waiting = [];
    private string _detail = "";
    private MediaException? _failure;

    private HostArchive(MediaHostPool hosts, Workspace workspace, string path, MediaType type, MediaLimits limits)
    {
        _hosts = hosts;
        _workspace = workspace;
        _path = path;
        _type = type;
        _limits = limits;
    }

    public IReadOnlyList<IArchiveEntry> Entries { get; private set; } = [];

    /// <summary>Lists the entries of an archive.</summary>
    /// <exception cref="MediaException">The archive is damaged, encrypted, in several parts, or over a limit.</exception>
    public static async Task<HostArchive> OpenAsync(
        MediaHostPool hosts, Workspace workspace, string path, MediaType type, MediaLimits limits, CancellationToken cancellationToken)
    {
        var archive = new HostArchive(hosts, workspace, path, type, limits);
        archive.Entries = await archive.ListAsync(cancellationToken);
        return archive;
    }

    public async Task<IReadOnlyList<byte[]?>> ReadAsync(
        IReadOnlyList<IArchiveEntry> entries, int maxBytes, CancellationToken cancellationToken)
    {
        var files = await UnpackAsync([.. entries.Select(entry => new HostWanted(((Entry)entry).Place, maxBytes))], cancellationToken);
        var heads = new byte[]?[entries.Count];
        foreach (var (place, file) in files.Index().Where(pair => pair.Item is not null))
        {
            heads[place] = await File.ReadAllBytesAsync(file!, cancellationToken);
            File.Delete(file!);
        }

        return [.. heads.Select((head, place) => entries[place].Unpacked == 0 ? [] : head)];
    }

    public async Task UnpackAsync(
        IArchiveEntry entry, IEnumerable<IArchiveEntry> following, string path, CancellationToken cancellationToken)
    {
        var wanted = (Entry)entry;
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (!_waiting.Remove(wanted, out var file))
            {
                await UnpackBatchAsync(wanted, following.Cast<Entry>(), cancellationToken);
                _waiting.Remove(wanted, out file);
            }

            if (wanted.Unpacked == 0)
                await File.WriteAllBytesAsync(path, [], cancellationToken);
            else if (file is null)
                throw ArchivePages.Damaged(entry, _detail);
            else
                File.Move(file, path);
        }
        finally
        {
            _turn.Release();
        }

        if (new FileInfo(path).Length != wanted.Unpacked)
            throw ArchivePages.Damaged(entry, "its size is not the one that the archive states");
        if (wanted.Crc is { } crc && await ComputeCrcAsync(path, cancellationToken) != crc)
            throw ArchivePages.Damaged(entry, "its checksum is wrong");
    }

    public void Dispose() => _turn.Dispose();

    private static async Task<uint> ComputeCrcAsync(string path, CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(path);
        var crc = new Crc32();
        await crc.AppendAsync(file, cancellationToken);
        return crc.GetCurrentHashAsUInt32();
    }

    private async Task<IReadOnlyList<Entry>> ListAsync(CancellationToken cancellationToken)
    {
        var (list, isSolid) = await _hosts.RunJobAsync(
            _path,
            _type,
            CreateJob(wanted: null),
            (answer, output) => (
                output.TakeFile(_workspace, ArchiveJob.ListFile, MaxListBytes)
                    ?? throw new ToolFailedException(output.Tool, "the list of entries is missing"),
                answer.IsSolid),
            cancellationToken);
        IReadOnlyList<HostEntry> listed;
        try
        {
            var json = await File.ReadAllBytesAsync(list, cancellationToken);
            listed = JsonSerializer.Deserialize(json, HostProtocol.Default.IReadOnlyListHostEntry) ?? [];
        }
        catch (JsonException failure)
        {
            throw new ToolFailedException(CreateJob(null).Tool, "the list of entries is not JSON", inner: failure);
        }
        finally
        {
            File.Delete(list);
        }

        var entries = Decode([.. listed.Select(entry => entry.Name)])
            .Select((name, place) => new Entry(place, name, listed[place].Size, listed[place].IsEncrypted, listed[place].Crc)).ToList();
        if (entries.CountBy(entry => entry.Name).FirstOrDefault(count => count.Value > 1).Key is { } repeated)
            throw ArchivePages.RepeatedName(repeated);
        var unpacked = ArchivePages.CheckUnpackedBytes(entries, _limits);
        if (isSolid && unpacked > _limits.SolidBytes)
        {
            throw LimitExceeded.TooMany(
                "solid_bytes",
                _limits.SolidBytes,
                unpacked,
                $"The {_type.Title} is solid: a page can only be unpacked with all pages before it. Unpacked, it has {{0}} bytes; "
                + "{1} are allowed. Pack it as a plain ZIP.");
        }

        return entries;
    }

    /// <summary>
    /// Decodes names of TAR and RAR 4. They may be in any code page, so the media host returns their bytes as Latin-1. SharpCompress
    /// replaces every backslash in the bytes of a RAR by a slash. It may be half of a letter, so this is reversed.
    /// </summary>
    private IReadOnlyList<string> Decode(IReadOnlyList<string> names)
    {
        var isTar = _type == MediaType.Tar;
        var bytes = names.Where(IsBytes).Select(name => isTar
            ? new ZipName(Encoding.Latin1.GetBytes(name), IsUtf8: false, ZipName.Unix, UnicodePath: null)
            : new ZipName(Encoding.Latin1.GetBytes(name.Replace('/', '\\')), IsUtf8: false, ZipName.Dos, UnicodePath: null));
        var decoded = new Queue<string>(ZipNames.Decode([.. bytes]));
        return [.. names.Select(name => IsBytes(name) ? decoded.Dequeue() : isTar ? name : name.Replace('\\', '/'))];

        bool IsBytes(string name) => _type != MediaType.SevenZip && name.All(letter => letter <= byte.MaxValue);
    }

    private async Task UnpackBatchAsync(Entry first, IEnumerable<Entry> following, CancellationToken cancellationToken)
    {
        if (_failure is not null)
            throw _failure;
        var batch = new List<Entry> { first };
        var bytes = first.Unpacked;
        foreach (var entry in following.Where(entry => !_waiting.ContainsKey(entry)))
        {
            if ((bytes += entry.Unpacked) > BatchBytes)
                break;
            batch.Add(entry);
        }

        try
        {
            // One byte more than the stated size, to detect a longer entry.
            var files = await UnpackAsync([.. batch.Select(entry => new HostWanted(entry.Place, entry.Unpacked + 1))], cancellationToken);
            foreach (var (entry, file) in batch.Zip(files))
                _waiting[entry] = file;
        }
        catch (MediaException failure) when (failure.Permanent)
        {
            // Each further page would fail in the same way.
            _failure = failure;
            throw;
        }
    }

    /// <summary>Unpacks entries into the workspace. Returns their paths; null for an empty or damaged entry.</summary>
    private async Task<string?[]> UnpackAsync(IReadOnlyList<HostWanted> wanted, CancellationToken cancellationToken)
    {
        if (wanted.Count == 0)
            return [];
        return await _hosts.RunJobAsync(
            _path,
            _type,
            CreateJob(wanted),
            (answer, output) =>
            {
                _detail = answer.Detail;
                return wanted.Select((_, place) => output.TakeFile(_workspace, $"{place}", wanted[place].Bytes)).ToArray();
            },
            cancellationToken);
    }

    private ArchiveJob CreateJob(IReadOnlyList<HostWanted>? wanted) =>
        new() { Type = _type.Name, Wanted = wanted, MaxEntries = _limits.Entries };

    /// <summary>Entry with its place in the archive.</summary>
    /// <param name="Place">Place among the files of the archive, from 0.</param>
    private sealed record Entry(int Place, string Name, long Unpacked, bool IsEncrypted, uint? Crc) : IArchiveEntry
    {
        public string? Obstacle => IsEncrypted ? "is encrypted with a password; pack it without one" : null;
    }
}
