using System.IO.Compression;
using System.Text;

namespace MangaMotion.Hostile.Files;

/// <summary>Archives that unpack to more than they should, or elsewhere. None has a thumbnail, so none is opened.</summary>
internal static class Archives
{
    public static IEnumerable<HostileFile> All()
    {
        var zeros = Zip(("zeros.png", new byte[64 << 20]));
        var nested = zeros;
        for (var depth = 0; depth < 6; depth++)
            nested = Zip(("inner.zip", nested));

        yield return Refused("64 MiB of zeros.zip", zeros);
        yield return Refused("zip in zip in zip.cbz", nested);
        yield return Refused("up and out.cbz", Zip(("../../up.png", [1]), ("..\\up.png", [1]), ("/up.png", [1])));
        yield return Refused("20,000 entries.cbz", Zip([.. Enumerable.Range(0, 20_000).Select(i => ($"{i}.png", Array.Empty<byte>()))]));
        yield return Refused("encrypted.zip", Patched(zeros, 6, 1));
        yield return Refused("cut short.zip", zeros[..(zeros.Length / 2)]);
        yield return Refused("empty.zip", Zip());
        yield return Refused("gzip of zeros.png", GZip(new byte[64 << 20]));
        yield return Refused("svgz.jpg", GZip("<svg xmlns='http://www.w3.org/2000/svg' width='99999' height='99999'><image href='file:///etc/passwd'/></svg>"u8.ToArray()));

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

    private static byte[] GZip(byte[] content)
    {
        using var memory = new MemoryStream();
        using (var gzip = new GZipStream(memory, CompressionLevel.Fastest))
            gzip.Write(content);
        return memory.ToArray();
    }

    private static byte[] Patched(byte[] content, int at, byte value)
    {
        var patched = content.ToArray();
        patched[at] = value;
        return patched;
    }
}
