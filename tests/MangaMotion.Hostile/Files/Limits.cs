namespace MangaMotion.Hostile.Files;

/// <summary>Small valid files that exceed a limit, because the limit is lowered for them.</summary>
internal static class Limits
{
    public static IEnumerable<HostileFile> All(IReadOnlyDictionary<string, byte[]> good)
    {
        foreach (var extension in (string[])["png", "jpg", "webp", "gif", "tiff", "heic", "avif", "mp4", "mov", "avi", "mkv", "webm"])
            yield return Over($"76,800 pixels.{extension}", good[extension], "Pixels=10000", "media.limit.pixels");
        foreach (var extension in (string[])["mp4", "mov", "avi", "mkv", "webm"])
            yield return Over($"2 s of pictures.{extension}", good[extension], "Seconds=1", "media.limit.seconds");
        foreach (var extension in (string[])["mp3", "wav", "aac", "m4a", "ogg", "flac"])
            yield return Over($"3 s of sound.{extension}", GoodFiles.Ffmpeg(extension, "sine=d=3"), "Seconds=1", "media.limit.seconds");

        yield return Over("20 frames.gif", good["gif"], "Frames=5", "media.limit.frames");
        yield return Over(
            "20 frames.webp", GoodFiles.Ffmpeg("webp", "testsrc2=s=64x64:r=10:d=2", "-c:v libwebp_anim"), "Frames=5", "media.limit.frames");
        yield return Over("20 frames.apng", GoodFiles.Ffmpeg("apng", "testsrc2=s=64x64:r=10:d=2"), "Frames=5", "media.limit.frames");
        yield return Over("6 pages.tiff", Tiff(6), "Frames=5", "media.limit.frames");
        yield return Over("6 pages.pdf", PdfFiles.Pages(6), "Pages=5", "media.limit.pages");
        yield return Over(
            "a preview of noise.png", GoodFiles.Ffmpeg("png", "color=gray:s=640x480", "-vf noise=alls=100 -frames:v 1"),
            "OutputBytes=100000", Ending.Any);
    }

    private static HostileFile Over(string name, byte[] content, string limit, string ends = Ending.Refused) =>
        new("limit", name, content, ends, limit);

    /// <summary>Creates a TIFF with pages of one grey pixel.</summary>
    private static byte[] Tiff(int pages)
    {
        (ushort Tag, ushort Type, uint Value)[] tags =
            [(256, 3, 1), (257, 3, 1), (258, 3, 8), (259, 3, 1), (262, 3, 1), (273, 4, 0), (277, 3, 1), (278, 3, 1), (279, 4, 1)];
        using var tiff = new MemoryStream();
        tiff.Write([.. "II*\0"u8, 8, 0, 0, 0]);
        for (var page = 1; page <= pages; page++)
        {
            tiff.Write(BitConverter.GetBytes((ushort)tags.Length));
            foreach (var (tag, type, value) in tags)
                tiff.Write(
                    [.. BitConverter.GetBytes(tag), .. BitConverter.GetBytes(type), .. BitConverter.GetBytes(1),
                        .. BitConverter.GetBytes(value)]);
            tiff.Write(BitConverter.GetBytes(page == pages ? 0 : (int)tiff.Length + 4));
        }

        return tiff.ToArray();
    }
}
