namespace MangaMotion.Storage.Disk;

/// <summary>
/// Where things lie below the root. The object <c>a/b.jpg</c> is the file <c>a/b.jpg+</c>: no key has a plus sign, so an
/// object never meets a folder of the same name, and the folder <c>+tmp</c>, where puts are prepared, is never an object.
/// </summary>
internal sealed class DiskLayout(string root)
{
    private const char Mark = '+';

    public string Root { get; } = Path.GetFullPath(root);

    public string Temporary => Path.Join(Root, "+tmp");

    public string PathOf(string key)
    {
        ObjectKey.Validate(key);
        return Path.Join(Root, key) + Mark;
    }

    public string NewTemporaryFile() => Path.Join(Temporary, Guid.NewGuid().ToString("N"));

    /// <summary>Removes what crashed processes left; younger files may belong to a process that shares the root.</summary>
    public void SweepTemporaryFiles(TimeSpan olderThan)
    {
        foreach (var file in new DirectoryInfo(Temporary).EnumerateFiles())
        {
            if (file.LastWriteTimeUtc < DateTime.UtcNow - olderThan)
                file.Delete();
        }
    }

    /// <summary>Removes the folders above a deleted object that are empty now.</summary>
    public void PruneAbove(string path)
    {
        var folder = Path.GetDirectoryName(path)!;
        while (folder.Length > Root.Length && Posix.RemoveDirectory(folder))
            folder = Path.GetDirectoryName(folder)!;
    }

    /// <summary>The keys below the root that start with the prefix, in ordinal order; one folder at a time is in memory.</summary>
    public IEnumerable<string> Keys(string prefix)
    {
        ObjectKey.ValidatePrefix(prefix);
        return KeysBelow(prefix[..(prefix.LastIndexOf('/') + 1)], prefix);
    }

    private IEnumerable<string> KeysBelow(string folder, string prefix)
    {
        foreach (var entry in EntriesOf(folder))
        {
            var name = folder + entry;
            if (name.EndsWith('/'))
            {
                // Only the first folder looked into can hold names that do not go with the prefix.
                if (name.StartsWith(prefix, StringComparison.Ordinal) || prefix.StartsWith(name, StringComparison.Ordinal))
                {
                    foreach (var key in KeysBelow(name, prefix))
                        yield return key;
                }
            }
            else if (name.StartsWith(prefix, StringComparison.Ordinal))
            {
                yield return name;
            }
        }
    }

    /// <summary>Names of objects as in their keys, and names of folders with a slash behind, which puts both in the order of keys.</summary>
    private string[] EntriesOf(string folder)
    {
        var path = Path.Join(Root, folder);
        try
        {
            var names = Directory.EnumerateDirectories(path).Select(x => Path.GetFileName(x) + '/').Where(x => x[0] != Mark)
                .Concat(Directory.EnumerateFiles(path, "*" + Mark).Select(x => Path.GetFileName(x)[..^1]))
                .ToArray();
            Array.Sort(names, StringComparer.Ordinal);
            return names;
        }
        catch (DirectoryNotFoundException)
        {
            // Pruned since its name was read, or a prefix below which nothing was ever put.
            return [];
        }
    }
}
