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
internal sealed class HostComic : IComicArchive
{
    /// <summary>Unpacked bytes of the pages that wait in the workspace at most, unless one page is larger.</summary>
    private const long BatchBytes = 256_000_000;

    /// <summary>Bytes of the list of entries.</summary>
    private const long LongestList = 64L << 20;

    private readonly MediaHostPool _hosts;
    private readonly Workspace _workspace;
    private readonly string _path;
    private readonly MediaType _type;
    private readonly MediaLimits _limits;
    private readonly SemaphoreSlim _turn = new(1);
    private readonly Dictionary<Entry, string?> _waiting = [];
    private string _detail = "";
    private MediaException? _failure;

    private HostComic(MediaHostPool hosts, Workspace workspace, string path, MediaType type, MediaLimits limits) =>
        (_hosts, _workspace, _path, _type, _limits) = (hosts, workspace, path, type, limits);

    public IReadOnlyList<IArchiveEntry> Entries { get; private set; } = [];

    /// <exception cref="MediaException">The archive is damaged, encrypted, in several parts, or holds more than is allowed.</exception>
    public static async Task<HostComic> OpenAsync(
        MediaHostPool hosts, Workspace workspace, string path, MediaType type, MediaLimits limits, CancellationToken cancellationToken)
    {
        var archive = new HostComic(hosts, workspace, path, type, limits);
        archive.Entries = await archive.ListAsync(cancellationToken);
        return archive;
    }

    public async Task<IReadOnlyList<byte[]?>> ReadAsync(IReadOnlyList<IArchiveEntry> entries, int most, CancellationToken cancellationToken)
    {
        var files = await AskAsync([.. entries.Select(entry => new HostWanted(((Entry)entry).Place, most))], cancellationToken);
        var heads = new byte[]?[entries.Count];
        foreach (var (place, file) in files.Index().Where(pair => pair.Item is not null))
        {
            heads[place] = await File.ReadAllBytesAsync(file!, cancellationToken);
            File.Delete(file!);
        }

        return [.. heads.Select((head, place) => entries[place].Unpacked == 0 ? [] : head)];
    }

    public async Task UnpackAsync(IArchiveEntry entry, IEnumerable<IArchiveEntry> following, string path, CancellationToken cancellationToken)
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
            throw ArchivePages.Damaged(entry, "it has not the size that the archive states");
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
        var list = await _hosts.AskAsync(
            _path,
            _type,
            Job(wanted: null),
            (_, output) => output.TakeFile(_workspace, ArchiveJob.ListFile, LongestList) ?? throw new ToolFailedException(output.Tool, "the list of entries is missing"),
            cancellationToken);
        IReadOnlyList<HostEntry> listed;
        try
        {
            listed = JsonSerializer.Deserialize(await File.ReadAllBytesAsync(list, cancellationToken), HostProtocol.Default.IReadOnlyListHostEntry) ?? [];
        }
        catch (JsonException failure)
        {
            throw new ToolFailedException(Job(null).Tool, "the list of entries is no JSON", inner: failure);
        }
        finally
        {
            File.Delete(list);
        }

        var entries = Decode([.. listed.Select(entry => entry.Name)])
            .Select((name, place) => new Entry(place, name, listed[place].Size, listed[place].IsEncrypted, listed[place].Crc)).ToList();
        if (entries.CountBy(entry => entry.Name).FirstOrDefault(count => count.Value > 1).Key is { } twin)
            throw ArchivePages.Twins(twin);
        if (entries.Sum(entry => (decimal)entry.Unpacked) is var unpacked && unpacked > _limits.UnpackedBytes)
            throw Outcome.TooMany("unpacked_bytes", _limits.UnpackedBytes, (long)Math.Min(unpacked, long.MaxValue), "Unpacked, the archive has {0} bytes; {1} are allowed.");
        return entries;
    }

    /// <summary>
    /// Names of TAR and of RAR 4 may be in any code page, so the media host returns their bytes as Latin-1. SharpCompress has turned every
    /// backslash in the bytes of a RAR into a slash, which may be half of a letter and is turned back.
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
            // One byte more than stated shows an entry that is longer.
            var files = await AskAsync([.. batch.Select(entry => new HostWanted(entry.Place, entry.Unpacked + 1))], cancellationToken);
            foreach (var (entry, file) in batch.Zip(files))
                _waiting[entry] = file;
        }
        catch (MediaException failure) when (failure.Permanent)
        {
            // The same would happen again with each of its pages.
            _failure = failure;
            throw;
        }
    }

    /// <summary>The files of the wanted entries in the workspace; null where one is empty or damaged.</summary>
    private Task<string?[]> AskAsync(IReadOnlyList<HostWanted> wanted, CancellationToken cancellationToken) =>
        wanted.Count == 0 ? Task.FromResult<string?[]>([]) : _hosts.AskAsync(
            _path,
            _type,
            Job(wanted),
            (answer, output) =>
            {
                _detail = answer.Detail;
                return wanted.Select((_, place) => output.TakeFile(_workspace, $"{place}", wanted[place].Bytes)).ToArray();
            },
            cancellationToken);

    private ArchiveJob Job(IReadOnlyList<HostWanted>? wanted) => new() { Type = _type.Name, Wanted = wanted, MaxEntries = _limits.Entries };

    /// <param name="Place">Its place among the files of the archive, from 0.</param>
    private sealed record Entry(int Place, string Name, long Unpacked, bool IsEncrypted, uint? Crc) : IArchiveEntry
    {
        public string? Obstacle => IsEncrypted ? "is encrypted with a password; pack it without one" : null;
    }
}
