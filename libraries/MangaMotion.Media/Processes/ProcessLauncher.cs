using System.Collections.Concurrent;
using System.Diagnostics;

namespace MangaMotion.Media.Processes;

/// <summary>
/// Starts every child from one thread that never ends. The children ask the kernel for a signal when their parent dies, and
/// the kernel means the *thread* that started them: from a pool thread, that would be any quiet moment.
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
