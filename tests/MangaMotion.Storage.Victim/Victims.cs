using System.Security.Cryptography;
using MangaMotion.TestSupport;

namespace MangaMotion.Storage.Victim;

/// <param name="ExtraBytes">Peak resident memory above the memory in use after 200 small objects, in bytes.</param>
public sealed record StreamReport(string Sha256, string GotSha256, long ExtraBytes);

/// <param name="Stored">Keys stored before the disk was full.</param>
/// <param name="Listed">Keys listed afterwards.</param>
/// <param name="Leftovers">Number of temporary files left by failed writes and by checks of the full disk.</param>
/// <param name="GoesOn">True if an object can be stored after space was freed.</param>
public sealed record FillReport(string Error, IReadOnlyList<string> Stored, IReadOnlyList<string> Listed, int Leftovers, bool GoesOn);

public static class Victims
{
    private const int Megabyte = 1024 * 1024;
    private static readonly PutOptions Plain = new() { ContentType = "application/octet-stream" };

    public static async Task<StreamReport> StreamAsync(IObjectStore store, long length)
    {
        for (var i = 0; i < 200; i++)
            await PutAndGetAsync(store, Megabyte / 2);

        var before = ResidentBytes("VmRSS");
        // 5 resets the high-water mark of this process.
        await File.WriteAllTextAsync("/proc/self/clear_refs", "5");

        var (put, got) = await PutAndGetAsync(store, length);

        return new StreamReport(put, got, ResidentBytes("VmHWM") - before);
    }

    public static async Task<FillReport> FillAsync(IObjectStore store, string root)
    {
        var stored = new List<string>();
        string? error = null;
        for (var i = 0; error is null; i++)
            error = await TryPutAsync($"fill/{i}", (i + 1) * Megabyte);

        // Fills the disk to the last page.
        for (var length = Megabyte; length > 0; length /= 2)
            await TryPutAsync($"fill/of-{length}", length);
        for (var i = 0; i < 5; i++)
            await TryCheckAsync();

        var leftovers = Directory.GetFiles(Path.Join(root, "+tmp")).Length;
        var listed = await store.ListAsync("", CancellationToken.None).Select(x => x.Key).ToListAsync();
        await store.DeleteAsync(listed, CancellationToken.None);
        await store.PutAsync("after", new PatternStream(Megabyte), Plain, CancellationToken.None);
        return new FillReport(error, stored, listed, leftovers, await store.HeadAsync("after", CancellationToken.None) is not null);

        async Task<string?> TryPutAsync(string key, long length)
        {
            try
            {
                await store.PutAsync(key, new PatternStream(length), Plain, CancellationToken.None);
                stored.Add(key);
                return null;
            }
            catch (IOException exception)
            {
                return exception.Message;
            }
        }

        async Task TryCheckAsync()
        {
            try
            {
                await store.CheckAsync(CancellationToken.None);
            }
            catch (IOException)
            {
                // Expected: the disk is full.
            }
        }
    }

    private static async Task<(string Put, string Got)> PutAndGetAsync(IObjectStore store, long length)
    {
        var put = await store.PutAsync("large", new PatternStream(length), Plain, CancellationToken.None);
        await using var content = await store.GetAsync("large", null, CancellationToken.None);
        await using var buffered = new BufferedStream(content.Stream, 128 * 1024);
        return (put.Sha256!, Convert.ToHexStringLower(await SHA256.HashDataAsync(buffered)));
    }

    private static long ResidentBytes(string field) =>
        File.ReadLines("/proc/self/status").Where(x => x.StartsWith(field, StringComparison.Ordinal))
            .Select(x => long.Parse(x[(field.Length + 1)..^2]) * 1024).Single();
}
