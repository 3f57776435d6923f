using System.Collections.Concurrent;
using System.Diagnostics;

namespace MangaMotion.Media.Processes;

/// <summary>
/// Starts every process from one thread that never ends. The processes request a signal when their parent dies, and the kernel sends it
/// when the thread that started them ends. A thread of the pool may end at any time.
/// </summary>
internal static class ProcessLauncher
{
    private static readonly BlockingCollection<(ProcessStartInfo Start, TaskCompletionSource<Process> Started)> Requests = [];

    static ProcessLauncher() => new Thread(Run) { IsBackground = true, Name = "media process launcher" }.Start();

    public static Task<Process> StartAsync(ProcessStartInfo start)
    {
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        Requests.Add((start, started));
        return started.Task;
    }

    private static void Run()
    {
        foreach (var (start, started) in Requests.GetConsumingEnumerable())
        {
            try
            {
                started.SetResult(Process.Start(start)!);
            }
            catch (Exception failure)
            {
                started.SetException(failure);
            }
        }
    }
}
