using System.IO.Compression;
using System.Text;
using MangaMotion.Media.Tests;

namespace MangaMotion.Hostile.Files;

/// <summary>Intact and damaged archives without a readable page. Compressed files are rejected by their magic bytes.</summary>
internal static class Archives
{
    public static IEnumerable<HostileFile> All()
    {
        var small = Zip(("page.png", [1, 2, 3]));

        yield return Rejected("one page.zip", small);
        yield return Rejected("zip in zip.cbz", Zip(("inner.zip", small)));
        yield return Rejected("up and out.cbz", Zip(("../../up.png", [1]), ("..\\up.png", [1]), ("/up.png", [1])));
        yield return Rejected("encrypted.zip", Patched(small, 6, 1));
        yield return Rejected("cut short.zip", small[..(small.Length / 2)]);
        yield return Rejected("empty.zip", Zip());
        foreach (var archive in Foreign())
            yield return archive;
        foreach (var (name, magic) in ((string, byte[])[])
            [
                ("gzip.png", [0x1F, 0x8B, 8]), ("gzip.jpg", [0x1F, 0x8B, 8]), ("bzip2.png", [.. "BZh9"u8]), ("zstandard.webp",
                    [0x28, 0xB5, 0x2F, 0xFD]),
                ("xz.gif", [0xFD, .. "7zXZ\0"u8]),
            ])
        {
            yield return new HostileFile("archive", name, [.. magic, .. new byte[100]], "media.unsupported");
        }
    }

    /// <summary>
    /// Creates RAR archives of an invalid page: intact, encrypted, in parts, with path traversal in names, truncated and changed.
    /// </summary>
    private static IEnumerable<HostileFile> Foreign()
    {
        (string Name, byte[] Content)[] page = [("page.png", [1, 2, 3])];
        yield return Rejected("encrypted.cbr", RawRar.Version5(page, encrypted: true));
        yield return Rejected("one part.cbr", RawRar.Version4(page, flags: 2));
        yield return Rejected("up and out.cbr", RawRar.Version5([("../../up.png", [1]), ("/up.png", [1])]));
        yield return Rejected("twins.cbr", RawRar.Version5([.. page, .. page]));
        yield return new HostileFile(
            "archive", "many files.cbr", RawRar.Version5(Enumerable.Range(1, 6).Select(i => ($"{i}.png", new byte[1]))),
            "media.limit.entries", "Entries=5");
        foreach (var (name, whole) in ((string, byte[])[])[("4.cbr", RawRar.Version4(page)), ("5.cbr", RawRar.Version5(page))])
        {
            yield return Rejected($"whole {name}", whole);
            foreach (var parts in (int[])[1, 2])
                yield return Rejected($"{parts} of 3 parts {name}", whole[..(whole.Length * parts / 3)]);
            var random = new Random(whole.Length);
            for (var i = 1; i <= 4; i++)
            {
                var changed = whole.ToArray();
                changed[random.Next(8, whole.Length)] ^= 0x55;
                yield return Rejected($"changed {i} {name}", changed);
            }
        }
    }

    private static HostileFile Rejected(string name, byte[] content) => new("archive", name, content, Ending.Refused);

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
