using System.IO.Compression;
using System.Text;

namespace MangaMotion.Hostile.Files;

/// <summary>Archives, whole and damaged. None has a thumbnail, so none is opened; compressed files are refused by their magic bytes.</summary>
internal static class Archives
{
    public static IEnumerable<HostileFile> All()
    {
        var small = Zip(("page.png", [1, 2, 3]));

        yield return Refused("one page.zip", small);
        yield return Refused("zip in zip.cbz", Zip(("inner.zip", small)));
        yield return Refused("up and out.cbz", Zip(("../../up.png", [1]), ("..\\up.png", [1]), ("/up.png", [1])));
        yield return Refused("encrypted.zip", Patched(small, 6, 1));
        yield return Refused("cut short.zip", small[..(small.Length / 2)]);
        yield return Refused("empty.zip", Zip());
        foreach (var (name, magic) in ((string, byte[])[])
            [
                ("gzip.png", [0x1F, 0x8B, 8]), ("gzip.jpg", [0x1F, 0x8B, 8]), ("bzip2.png", [.. "BZh9"u8]), ("zstandard.webp", [0x28, 0xB5, 0x2F, 0xFD]),
                ("xz.gif", [0xFD, .. "7zXZ\0"u8]),
            ])
        {
            yield return Refused(name, [.. magic, .. new byte[100]]);
        }

        static HostileFile Refused(string name, byte[] content) => new("archive", name, content, "media.unsupported");
    }

    public static byte[] Zip(params (string Name, byte[] Content)[] entries)
    {
        using var memory = new MemoryStream();
        using (var zip = new ZipArchive(memory, ZipArchiveMode.Create, leaveOpen: true, Encoding.UTF8))
        {
            foreach (var (name, content) in entries)
            {
                using var entry = zip.CreateEntry(name, CompressionLevel.Fastest).Open();
                entry.Write(content);
            }
        }

        return memory.ToArray();
    }

    private static byte[] Patched(byte[] content, int at, byte value)
    {
        var patched = content.ToArray();
        patched[at] = value;
        return patched;
    }
}
