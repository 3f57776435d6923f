namespace MangaMotion.Storage.Disk;

/// <summary>
/// Maps keys to files below the root. The object <c>a/b.jpg</c> is the file <c>a/b.jpg+</c>. No key has a plus sign, so an object never
/// has the name of a folder, and the folder <c>+tmp</c> of unfinished puts is never an object.
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

    /// <summary>Deletes the temporary files of crashed processes. Younger files may belong to another process that uses the root.</summary>
    public void SweepTemporaryFiles(TimeSpan olderThan)
    {
        foreach (var file in new DirectoryInfo(Temporary).EnumerateFiles())
        {
            if (file.LastWriteTimeUtc < DateTime.UtcNow - olderThan)
                file.Delete();
        }
    }

    /// <summary>Removes the empty folders above a deleted object.</summary>
    public void PruneAbove(string path)
    {
        var folder = Path.GetDirectoryName(path)!;
        while (folder.Length > Root.Length && Posix.RemoveDirectory(folder))
            folder = Path.GetDirectoryName(folder)!;
    }

    /// <summary>Lists the keys that start with the prefix in ordinal order, with one folder at a time in memory.</summary>
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
                // Only the first folder can hold names that do not match the prefix.
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

    /// <summary>Names of objects, and names of folders followed by a slash, so that both sort in the order of keys.</summary>
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
            // The folder was pruned meanwhile, or nothing was stored below the prefix.
            return [];
        }
    }
}
