namespace MangaMotion.Hostile.Files;

/// <summary>Valid files whose names are options, patterns, protocols or paths to a program that uses them.</summary>
internal static class Names
{
    public static IEnumerable<HostileFile> All(IReadOnlyDictionary<string, byte[]> good) =>
        from name in (string[])
        [
            "-y.mp4", "%03d.png", "concat:a|b.mp4", "line\nbreak.pdf", "\u202Egnp.exe.jpg", "..\\..\\up.gif", "$(exit).mp3",
            "'; DROP TABLE jobs; --.webm",
            $"{new string('n', 240)}.flac", "file:input", "pipe:0", "page.ppm",
        ]
        let extension = Path.GetExtension(name).TrimStart('.')
        select new HostileFile("name", name, good.GetValueOrDefault(extension, good["png"]), Ending.Done);
}
