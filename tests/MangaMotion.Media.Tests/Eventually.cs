using System.Diagnostics;

namespace MangaMotion.Media.Tests;

internal static class Eventually
{
    /// <summary>Waits until the condition holds. Fails after 60 s.</summary>
    public static async Task HoldsAsync(Func<bool> condition, string what)
    {
        var started = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Stopwatch.GetElapsedTime(started).ShouldBeLessThan(TimeSpan.FromSeconds(60), what);
            await Task.Delay(20);
        }
    }

    /// <summary>Returns whether a process exists and is not a zombie.</summary>
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
