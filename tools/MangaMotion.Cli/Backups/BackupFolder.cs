using System.Globalization;
using System.Security.Cryptography;
using MangaMotion.Cli.Local;
using MangaMotion.Storage;
using MangaMotion.Storage.Disk;
using Microsoft.Extensions.Options;

namespace MangaMotion.Cli.Backups;

/// <summary>
/// Folder of one backup: <c>backup.json</c>, the dump of the database, the objects as a disk store with their inventory, and the files with
/// keys. Only its owner can read it.
/// </summary>
internal sealed class BackupFolder : IDisposable
{
    private const string ManifestName = "backup.json";
    private const string DatabaseName = "database.dump";
    private const string InventoryName = "objects.tsv";
    private const string KeysName = "keys";
    private const string LockName = "lock";
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly string _path;
    private readonly FileStream? _lock;

    private BackupFolder(string path, BackupManifest manifest, FileStream? exclusive)
    {
        (_path, Manifest, _lock) = (path, manifest, exclusive);
        var disk = new StorageOptions { Kind = StoreKind.Disk, Disk = { Root = Path.Combine(path, "objects") } };
        Objects = new DiskObjectStore(Options.Create(disk));
    }

    public BackupManifest Manifest { get; private set; }

    public IObjectStore Objects { get; }

    public string DatabaseFile => Path.Combine(_path, DatabaseName);

    public string KeysFolder => Path.Combine(_path, KeysName);

    /// <summary>Begins a backup in a new or empty folder, or continues an unfinished one.</summary>
    /// <exception cref="CommandException">The folder holds something else, or another process uses it.</exception>
    public static BackupFolder Begin(string path)
    {
        var file = Path.Combine(path, ManifestName);
        var isNew = !Directory.Exists(path)
            || Directory.EnumerateFileSystemEntries(path).All(entry => Path.GetFileName(entry) == LockName);
        if (!isNew && !File.Exists(file))
            throw new CommandException($"{path} is not empty and holds no unfinished backup. Name a new or an empty folder.");
        Directory.CreateDirectory(path, Private);
        File.SetUnixFileMode(path, Private);
        var exclusive = Lock(path);
        try
        {
            if (isNew)
                return Create(path, exclusive);
            var manifest = ReadManifest(path);
            if (manifest.FinishedAt is { } finished)
                throw new CommandException($"{path} already holds the backup of {Format(finished)}. Name a new or an empty folder.");
            return new BackupFolder(path, manifest, exclusive);
        }
        catch
        {
            exclusive.Dispose();
            throw;
        }
    }

    /// <summary>Opens a finished backup.</summary>
    /// <exception cref="CommandException">The folder holds no finished backup that this version can read.</exception>
    public static BackupFolder Open(string path)
    {
        if (!File.Exists(Path.Combine(path, ManifestName)))
            throw new CommandException($"{path} is not a backup: it has no file {ManifestName}.");
        var manifest = ReadManifest(path);
        return manifest.FinishedAt is null
            ? throw new CommandException($"The backup in {path} is not finished. Finish it with {CommandLine.Program} backup {path}.")
            : new BackupFolder(path, manifest, exclusive: null);
    }

    /// <summary>Writes the inventory of the objects: SHA-256, length and key, separated by tabs.</summary>
    /// <returns>Number of objects and of their bytes.</returns>
    public async Task<(long Count, long Bytes)> WriteInventoryAsync(CancellationToken cancellationToken)
    {
        var (count, bytes) = (0L, 0L);
        await using var file = new StreamWriter(Path.Combine(_path, InventoryName));
        await foreach (var item in Objects.ListAsync("", cancellationToken))
        {
            await file.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{item.Sha256}\t{item.Length}\t{item.Key}"));
            count++;
            bytes += item.Length;
        }

        return (count, bytes);
    }

    /// <summary>Reads the inventory line by line.</summary>
    public IEnumerable<InventoryItem> ReadInventory() =>
        from line in File.ReadLines(Path.Combine(_path, InventoryName))
        let cells = line.Split('\t')
        select new InventoryItem(cells[2], long.Parse(cells[1], CultureInfo.InvariantCulture), cells[0]);

    /// <summary>Hashes the files and marks the backup as finished.</summary>
    public async Task FinishAsync(BackupManifest manifest, CancellationToken cancellationToken)
    {
        var keys = Directory.Exists(KeysFolder)
            ? Directory.EnumerateFiles(KeysFolder, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(_path, file))
            : [];
        var files = new List<BackupFile>();
        foreach (var name in keys.Order(StringComparer.Ordinal).Prepend(InventoryName).Prepend(DatabaseName))
            files.Add(await DescribeAsync(name, cancellationToken));
        Manifest = manifest with { Files = files, FinishedAt = DateTimeOffset.UtcNow };
        PrivateFile.Write(Path.Combine(_path, ManifestName), Manifest.Write());
    }

    /// <summary>Finds files that are missing or have other bytes than when the backup was finished.</summary>
    public async Task<IReadOnlyList<string>> FindDamagedFilesAsync(CancellationToken cancellationToken)
    {
        var damaged = new List<string>();
        foreach (var file in Manifest.Files)
        {
            if (!File.Exists(Path.Combine(_path, file.Name)) || await DescribeAsync(file.Name, cancellationToken) != file)
                damaged.Add(file.Name);
        }

        return damaged;
    }

    public void Dispose() => _lock?.Dispose();

    private static BackupFolder Create(string path, FileStream exclusive)
    {
        var manifest = new BackupManifest
        {
            Format = BackupManifest.CurrentFormat,
            Id = Guid.CreateVersion7(),
            MadeBy = BackupManifest.Version,
            StartedAt = DateTimeOffset.UtcNow,
        };
        PrivateFile.Write(Path.Combine(path, ManifestName), manifest.Write());
        return new BackupFolder(path, manifest, exclusive);
    }

    private static BackupManifest ReadManifest(string path)
    {
        var manifest = BackupManifest.Read(Path.Combine(path, ManifestName))
            ?? throw new CommandException($"{path} is not a backup: its file {ManifestName} cannot be read.");
        return manifest.Format == BackupManifest.CurrentFormat
            ? manifest
            : throw new CommandException(
                $"The backup in {path} has format {manifest.Format}, and this version reads format {BackupManifest.CurrentFormat}. "
                + $"Use the version that made it: {manifest.MadeBy}.");
    }

    private static FileStream Lock(string path)
    {
        try
        {
            return new FileStream(
                Path.Combine(path, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (IOException exception) when (!DiskSpace.IsFull(exception))
        {
            throw new CommandException($"Another process writes a backup to {path}. Wait for its end, or name another folder.");
        }
    }

    private static string Format(DateTimeOffset time) => time.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    private async Task<BackupFile> DescribeAsync(string name, CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(Path.Combine(_path, name));
        return new BackupFile(name, file.Length, Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken)));
    }
}

/// <summary>Line of the inventory.</summary>
/// <param name="Sha256">Lower-case hexadecimal digits.</param>
internal sealed record InventoryItem(string Key, long Length, string Sha256);
