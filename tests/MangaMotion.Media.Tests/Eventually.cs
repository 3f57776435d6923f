using System.Diagnostics;

namespace MangaMotion.Media.Tests;

internal static class Eventually
{
    /// <summary>Waits until the condition holds; fails when it does not within 60 s.</summary>
    public static async Task HoldsAsync(Func<bool> condition, string what)
    {
        var started = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Stopwatch.GetElapsedTime(started).ShouldBeLessThan(TimeSpan.FromSeconds(60), what);
            await Task.Delay(20);
        }
    }

    /// <summary>Whether a process is there and no zombie.</summary>
    public static bool Lives(int id)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{id}/stat");
            return stat[stat.LastIndexOf(')') + 2] is not 'Z';
        }
        catch (IOException)
        {
            return false;
        }
    }
}
