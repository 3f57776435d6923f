using System.Text;

namespace MangaMotion.Hostile.Files;

/// <summary>Files of two types at once. Only the first type is processed. The second must never be run, opened or drawn.</summary>
internal static class Polyglots
{
    private const string Script = "<html><script>alert(1)</script></html>";
    private const string Php = "<?php echo 1; ?>";

    public static IEnumerable<HostileFile> All(IReadOnlyDictionary<string, byte[]> good)
    {
        var (jpg, png, gif, pdf) = (good["jpg"], good["png"], good["gif"], good["pdf"]);
        var zip = Archives.Zip(("run.class", [0xCA, 0xFE, 0xBA, 0xBE]));

        yield return Two("zip behind.jpg", [.. jpg, .. zip], Ending.Done);
        yield return Two("zip behind.gif", [.. gif, .. zip], Ending.Done);
        yield return Two("zip behind.png", [.. png, .. zip]);
        yield return Two("zip behind.pdf", [.. pdf, .. zip]);
        yield return Two("pdf behind.png", [.. png, .. pdf]);
        yield return Two("pdf in a comment.jpg", WithComment(jpg, pdf), Ending.Done);
        yield return Two("php in a comment.jpg", WithComment(jpg, Encoding.ASCII.GetBytes(Php)), Ending.Done);
        yield return Two("page in a comment.jpg", WithComment(jpg, Encoding.ASCII.GetBytes(Script)), Ending.Done);
        yield return Two("svg behind.jpg", [.. jpg, .. "<svg onload='alert(1)'/>"u8], Ending.Done);
        yield return Two("script.gif", [.. "GIF89a=1;alert(1)//"u8, .. gif], Ending.Refused);
        yield return Two("page.gif", [.. "GIF89a"u8, .. Encoding.ASCII.GetBytes(Script)], Ending.Refused);
        yield return Two("program.png", [.. "MZ"u8, .. png], "media.unsupported");
        yield return Two("script.pdf", [.. "#!/bin/sh\nexit\n"u8, .. pdf]);
        yield return Two("rubbish before.pdf", [.. new byte[900], .. pdf]);
        yield return Two("picture before.pdf", [.. png[..500], .. pdf]);
        yield return Two("picture in a tag.mp3", [.. "ID3\u0003\0\0\0\0\u0010\0"u8, .. png[..2048], .. good["mp3"]]);
        yield return Two("movie in a movie.mp4", [.. good["mp4"], .. good["mp4"]]);
        yield return Two("sound behind.wav", [.. good["wav"], .. good["flac"]]);
        yield return Two("sound before.flac", [.. good["mp3"], .. good["flac"]]);
        yield return Two("picture before.tiff", [.. good["tiff"][..8], .. jpg]);
        yield return Two("webp with avi.webp", [.. good["webp"][..12], .. good["avi"][12..]], Ending.Refused);
        yield return Two("heic brand on avif.heic", Renamed(good["avif"], "heic"));
        yield return Two("mp4 brand on heic.mp4", Renamed(good["heic"], "isom"), Ending.Refused);
        yield return Two("m4a brand on mp4.m4a", Renamed(good["mp4"], "M4A "), Ending.Done);
        yield return Two("avif brand on mp4.avif", Renamed(good["mp4"], "avif"), Ending.Refused);
    }

    private static HostileFile Two(string name, byte[] content, string ends = Ending.Any) => new("polyglot", name, content, ends);

    private static byte[] WithComment(byte[] jpg, byte[] comment) =>
        [.. jpg[..2], 0xFF, 0xFE, (byte)((comment.Length + 2) >> 8), (byte)(comment.Length + 2), .. comment, .. jpg[2..]];

    private static byte[] Renamed(byte[] boxes, string brand) => [.. boxes[..8], .. Encoding.ASCII.GetBytes(brand), .. boxes[12..]];
}
