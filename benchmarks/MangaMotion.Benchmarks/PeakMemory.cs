using System.Globalization;

namespace MangaMotion.Benchmarks;

/// <summary>Resident memory of this process and of the largest process below it, observed while this object lives.</summary>
internal sealed class PeakMemory : IDisposable
{
    /// <summary>Interval of the observation. An interval of 50 ms took a tenth of the processor time of a measured page.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private readonly Timer _timer;
    private long _largestChild;

    public PeakMemory() => _timer = new Timer(_ => Observe(), null, TimeSpan.Zero, Interval);

    /// <summary>Bytes at the peak of this process.</summary>
    public static long Own => ReadPeak(Environment.ProcessId);

    /// <summary>Bytes at the peak of the largest descendant that was observed.</summary>
    public long LargestChild => Interlocked.Read(ref _largestChild);

    public void Dispose() => _timer.Dispose();

    private void Observe()
    {
        foreach (var process in ProcessTree.Descendants(Environment.ProcessId))
        {
            var peak = ReadPeak(process);
            for (var known = LargestChild; peak > known; known = LargestChild)
                Interlocked.CompareExchange(ref _largestChild, peak, known);
        }
    }

    private static long ReadPeak(int process)
    {
        try
        {
            var line = File.ReadLines(
                $"/proc/{process}/status").FirstOrDefault(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null
                ? 0
                : 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            // The process ended since it was listed.
            return 0;
        }
    }
}
