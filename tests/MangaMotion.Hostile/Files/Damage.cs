namespace MangaMotion.Hostile.Files;

/// <summary>Files damaged as by a broken upload, a failing disk or a fuzzer.</summary>
internal static class Damage
{
    /// <summary>Types that need their end, or whose only picture is lost with two thirds of the file.</summary>
    private static readonly string[] Whole = ["png", "jpg", "webp", "tiff", "heic", "avif", "mp4", "mov", "m4a"];

    /// <summary>Truncates files to their first bytes, to a third, and to nearly all.</summary>
    public static IEnumerable<HostileFile> Cuts(IReadOnlyDictionary<string, byte[]> good) =>
        from file in good
        from kept in (double[])[0, 0.3, 0.9]
        let bytes = Math.Max(12, (int)(file.Value.Length * kept))
        select new HostileFile(
            "truncated", $"first {bytes} bytes.{file.Key}", file.Value[..bytes], kept == 0 || (kept < 0.5 && Whole.Contains(file.Key))
                ? Ending.Refused
                : Ending.Any);

    /// <summary>Flips single bits, changes the header, moves ranges, and fills ranges with one value.</summary>
    public static IEnumerable<HostileFile> Fuzz(IReadOnlyDictionary<string, byte[]> good)
    {
        var seed = 0;
        foreach (var (extension, content) in good)
        {
            yield return Fuzzed(extension, "bits", content, ++seed, static (bytes, random) =>
            {
                for (var i = 0; i < Math.Max(4, bytes.Length / 1_000); i++)
                    bytes[random.Next(16, bytes.Length)] ^= (byte)(1 << random.Next(8));
            });
            yield return Fuzzed(extension, "header", content, ++seed, static (bytes, random) =>
            {
                for (var i = 0; i < 24; i++)
                    bytes[random.Next(12, Math.Min(bytes.Length, 600))] = (byte)random.Next(256);
            });
            yield return Fuzzed(extension, "moved", content, ++seed, static (bytes, random) =>
            {
                for (var i = 0; i < 8; i++)
                    bytes.AsSpan(random.Next(16, bytes.Length - 64), 64).CopyTo(bytes.AsSpan(random.Next(16, bytes.Length - 64)));
            });
            yield return Fuzzed(extension, "extremes", content, ++seed, static (bytes, random) =>
            {
                for (var i = 0; i < 12; i++)
                    bytes.AsSpan(random.Next(12, bytes.Length - 8), random.Next(1, 8)).Fill(
                        random.Next(3) switch { 0 => 0, 1 => 0x7F, _ => 0xFF });
            });
        }
    }

    private static HostileFile Fuzzed(string extension, string how, byte[] content, int seed, Action<byte[], Random> damage)
    {
        var bytes = content.ToArray();
        damage(bytes, new Random(seed));
        return new HostileFile("fuzzed", $"{how}.{extension}", bytes);
    }
}
