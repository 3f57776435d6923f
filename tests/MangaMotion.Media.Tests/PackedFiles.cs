using System.Text;

namespace MangaMotion.Media.Tests;

/// <summary>Archives written by the program 7z.</summary>
internal static class SevenZip
{
    /// <param name="options">Options of <c>7z a</c>, separated by spaces.</param>
    public static byte[] Write(string options, params IEnumerable<(string Name, byte[] Bytes)> files)
    {
        var folder = Directory.CreateTempSubdirectory("mm-7z-").FullName;
        try
        {
            foreach (var (name, bytes) in files)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, "in", name))!);
                File.WriteAllBytes(Path.Combine(folder, "in", name), bytes);
            }

            var path = Path.Combine(folder, "made.7z");
            Vips.Run(
                "7z",
                ["a", "-bd", "-y", .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries), path, Path.Combine(folder, "in", ".")]);
            return File.ReadAllBytes(path);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}

/// <summary>Archives written by the program tar, with names of any bytes.</summary>
internal static class Tar
{
    /// <param name="format">Option of the format, such as <c>--format=gnu</c>.</param>
    public static byte[] Write(string format, IEnumerable<(byte[] Name, byte[] Bytes)> files)
    {
        // .NET writes names of files only in UTF-8, so a shell creates the files.
        var folder = Directory.CreateTempSubdirectory("mm-tar-").FullName;
        try
        {
            var names = new List<string>();
            foreach (var (place, (name, bytes)) in files.Index())
            {
                File.WriteAllBytes(Path.Combine(folder, $"{place}"), bytes);
                names.Add(string.Concat(name.Select(letter => $@"\{Convert.ToString(letter, 8).PadLeft(3, '0')}")));
            }

            var script = new StringBuilder("cd \"$1\"; mkdir in; ");
            foreach (var (place, name) in names.Index())
                script.Append($"name=$(printf '{name}'); mkdir -p \"in/$(dirname \"$name\")\"; mv {place} \"in/$name\"; ");
            Vips.Run("sh", "-ec", $"{script}tar -C in \"$2\" -cf made.tar .; rm -r in", "sh", folder, format);
            return File.ReadAllBytes(Path.Combine(folder, "made.tar"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
