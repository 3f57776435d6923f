using System.Text;

namespace MangaMotion.Hostile.Files;

/// <summary>Texts and containers that tell a player to fetch something else: a neighbour's file, the password file, a port of this machine.</summary>
internal static class Playlists
{
    private const string Segments =
        "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/passwd\n#EXTINF:1,\nhttp://127.0.0.1:9/x.ts\n#EXTINF:1,\nconcat:input|input\n#EXT-X-ENDLIST\n";

    private const string Concat = "ffconcat version 1.0\nfile input\nfile /etc/passwd\n";

    public static IEnumerable<HostileFile> All(IReadOnlyDictionary<string, byte[]> good)
    {
        yield return Text("hls.mp4", Segments);
        yield return Text("hls with a mark.mp4", "\uFEFF" + Segments);
        yield return Text("hls after blanks.mov", "\n\n   " + Segments);
        yield return Text("hls.mp3", Segments);
        yield return Text("hls.jpg", Segments);
        yield return Text("ffconcat.mp4", Concat);
        yield return Text("ffconcat.mkv", "# a comment\n" + Concat);
        yield return Text("dash.mp4", "<?xml version='1.0'?><MPD><Period><BaseURL>file:///etc/passwd</BaseURL></Period></MPD>");
        yield return Text("sdp.mp4", "v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=video 9 RTP/AVP 96\n");
        yield return Text("pls.mp3", "[playlist]\nFile1=file:///etc/passwd\nNumberOfEntries=1\n");
        yield return Text("xspf.mp3", "<?xml version='1.0'?><playlist><trackList><track><location>file:///etc/passwd</location></track></trackList></playlist>");
        yield return Text("asx.avi", "<asx version='3.0'><entry><ref href='file:///etc/passwd'/></entry></asx>");
        yield return Text("subtitles.webm", "WEBVTT\n\n00:00.000 --> 00:01.000\nhello\n");
        yield return Text("imf.mov", "<?xml version='1.0'?><AssetMap><Path>file:///etc/passwd</Path></AssetMap>");

        // Behind the first bytes of a type that is taken: the sniffer is satisfied, a sniffing player would not be.
        foreach (var (extension, kept) in ((string, int)[])[("mp4", 32), ("avi", 12), ("mkv", 40), ("ogg", 40), ("wav", 12), ("flac", 4), ("png", 8), ("tiff", 4)])
            yield return new HostileFile("playlist", $"hls behind a head.{extension}", [.. good[extension][..kept], .. Encoding.ASCII.GetBytes(Segments)], Ending.Refused);
        yield return new HostileFile("playlist", "hls behind a tag.mp3", [.. "ID3\u0003\0\0\0\0\0\0"u8, .. Encoding.ASCII.GetBytes(Segments)], Ending.Refused);

        // The AVI of 2017: a subtitle stream whose chunk is a playlist.
        byte[] gab2 = [.. "GAB2\0"u8, 2, 0, 4, 0, 0, 0, .. "s\0s\0"u8, 4, 0, .. BitConverter.GetBytes(Segments.Length), .. Encoding.ASCII.GetBytes(Segments)];
        yield return new HostileFile("playlist", "subtitles of an avi.avi", [.. good["avi"], .. "00sb"u8, .. BitConverter.GetBytes(gab2.Length), .. gab2]);

        // A movie whose data is said to lie in another file.
        yield return new HostileFile("playlist", "data elsewhere.mov", Elsewhere(good["mov"]));
        yield return new HostileFile("playlist", "reference movie.mov", ReferenceMovie(), Ending.Refused);
    }

    private static HostileFile Text(string name, string text) => new("playlist", name, Encoding.UTF8.GetBytes(text), "media.unsupported");

    /// <summary>Turns the data reference "in this file" into one by URL, in place.</summary>
    private static byte[] Elsewhere(byte[] movie)
    {
        var patched = movie.ToArray();
        var reference = patched.AsSpan().IndexOf("dref"u8);
        patched[reference + 19] = 0; // the flag that says: in this file
        "alis"u8.CopyTo(patched.AsSpan(reference + 12));
        return patched;
    }

    private static byte[] ReferenceMovie()
    {
        byte[] url = [.. Encoding.ASCII.GetBytes("file:///etc/passwd"), 0];
        byte[] reference = Box("rdrf", [0, 0, 0, 0, .. "url "u8, .. Big(url.Length), .. url]);
        return [.. Box("ftyp", [.. "qt  \0\0\0\0qt  "u8]), .. Box("moov", Box("rmra", Box("rmda", reference)))];
    }

    public static byte[] Box(string type, byte[] content) => [.. Big(content.Length + 8), .. Encoding.ASCII.GetBytes(type), .. content];

    private static byte[] Big(int number) => [(byte)(number >> 24), (byte)(number >> 16), (byte)(number >> 8), (byte)number];
}
