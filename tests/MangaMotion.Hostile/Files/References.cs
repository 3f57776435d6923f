using System.Text;

namespace MangaMotion.Hostile.Files;

/// <summary>Texts and containers that refer to another file: one file of the test that must not be read.</summary>
internal static class References
{
    public static IEnumerable<HostileFile> All(IReadOnlyDictionary<string, byte[]> good, string neighbour)
    {
        var url = new Uri(neighbour).AbsoluteUri;
        var playlist = $"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{url}\n#EXT-X-ENDLIST\n";
        var list = $"ffconcat version 1.0\nfile {neighbour}\n";

        yield return Text("playlist.mp4", playlist);
        yield return Text("playlist with a mark.mp4", "\uFEFF" + playlist);
        yield return Text("playlist after blanks.mov", "\n\n   " + playlist);
        yield return Text("playlist.mp3", playlist);
        yield return Text("playlist.jpg", playlist);
        yield return Text("list of files.mp4", list);
        yield return Text("list of files.mkv", "# a comment\n" + list);
        yield return Text("manifest.mp4", $"<?xml version='1.0'?><MPD><Period><BaseURL>{url}</BaseURL></Period></MPD>");
        yield return Text("session.mp4", "v=0\no=- 0 0 IN IP4 192.0.2.1\nc=IN IP4 192.0.2.1\nm=video 9 RTP/AVP 96\n");
        yield return Text("pls.mp3", $"[playlist]\nFile1={url}\nNumberOfEntries=1\n");
        yield return Text(
            "xspf.mp3", $"<?xml version='1.0'?><playlist><trackList><track><location>{url}</location></track></trackList></playlist>");
        yield return Text("asx.avi", $"<asx version='3.0'><entry><ref href='{url}'/></entry></asx>");
        yield return Text("subtitles.webm", "WEBVTT\n\n00:00.000 --> 00:01.000\nhello\n");
        yield return Text("assets.mov", $"<?xml version='1.0'?><AssetMap><Path>{url}</Path></AssetMap>");
        yield return Text("drawing.jpg", $"<svg xmlns='http://www.w3.org/2000/svg'><image href='{url}'/></svg>");
        yield return Text("drawing.png", $"<?xml version='1.0'?><!DOCTYPE svg [<!ENTITY x SYSTEM '{url}'>]><svg>&x;</svg>");
        yield return Text("postscript.pdf", $"%!PS-Adobe-3.0\n({neighbour}) (r) file\n");

        // The text follows the first bytes of an accepted type, so that only the decoder of that type gets the file.
        foreach (var (extension, kept) in ((string, int)[])[("mp4", 32), ("avi", 12), ("mkv", 40), ("ogg", 40), ("wav", 12), ("flac", 4),
            ("png", 8), ("tiff", 4)])
            yield return new HostileFile(
                "reference", $"playlist behind a head.{extension}", [.. good[extension][..kept], .. Encoding.ASCII.GetBytes(playlist)],
                Ending.Refused);
        yield return new HostileFile(
            "reference", "playlist behind a tag.mp3", [.. "ID3\u0003\0\0\0\0\0\0"u8, .. Encoding.ASCII.GetBytes(playlist)], Ending.Refused);

        yield return new HostileFile("reference", "data elsewhere.mov", Elsewhere(good["mov"]));
        yield return new HostileFile("reference", "reference movie.mov", ReferenceMovie(url), Ending.Refused);
    }

    private static HostileFile Text(string name, string text) => new("reference", name, Encoding.UTF8.GetBytes(text), "media.unsupported");

    /// <summary>Changes the data reference "in this file" into an empty alias, in place.</summary>
    private static byte[] Elsewhere(byte[] movie)
    {
        var patched = movie.ToArray();
        var reference = patched.AsSpan().IndexOf("dref"u8);
        patched[reference + 19] = 0; // the flag "in this file"
        "alis"u8.CopyTo(patched.AsSpan(reference + 12));
        return patched;
    }

    private static byte[] ReferenceMovie(string url)
    {
        byte[] text = [.. Encoding.ASCII.GetBytes(url), 0];
        byte[] reference = Box("rdrf", [0, 0, 0, 0, .. "url "u8, .. Big(text.Length), .. text]);
        return [.. Box("ftyp", [.. "qt  \0\0\0\0qt  "u8]), .. Box("moov", Box("rmra", Box("rmda", reference)))];
    }

    private static byte[] Box(string type, byte[] content) => [.. Big(content.Length + 8), .. Encoding.ASCII.GetBytes(type), .. content];

    private static byte[] Big(int number) => [(byte)(number >> 24), (byte)(number >> 16), (byte)(number >> 8), (byte)number];
}
