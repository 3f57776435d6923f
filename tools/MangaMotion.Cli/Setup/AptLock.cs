using System.Text.RegularExpressions;

namespace MangaMotion.Cli.Setup;

/// <summary>
/// Wait for another run of apt, such as unattended-upgrades after the first start of a machine. <c>DPkg::Lock::Timeout</c> waits for one of
/// apt's two locks only, and says nothing while it waits.
/// </summary>
internal static partial class AptLock
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(10);

    /// <summary>Runs apt until its lock is free, and reports who holds it.</summary>
    /// <param name="run">Runs apt; returns the holder of the lock, or null after success.</param>
    /// <exception cref="CommandException">The lock was held for ten minutes.</exception>
    public static async Task WaitAsync(
        Func<Task<string?>> run, IProgress<string> progress, TimeProvider time, CancellationToken cancellationToken)
    {
        var start = time.GetUtcNow();
        string? reported = null;
        while (await run() is { } holder)
        {
            if (time.GetUtcNow() - start >= Timeout)
            {
                throw new CommandException(
                    $"The lock of apt was held for {Timeout.TotalMinutes:0} minutes, now by {holder}. "
                    + "Wait until it ends, or stop it, then try again.");
            }

            if (reported != holder)
                progress.Report($"waiting for the lock of apt, which {holder} holds");
            reported = holder;
            await Task.Delay(Interval, time, cancellationToken);
        }
    }

    /// <summary>Finds the process that holds a lock in the output of apt; null if apt failed for another reason.</summary>
    public static string? FindHolder(string output) =>
        Holder().Match(output) is { Success: true } holder
            ? $"process {holder.Groups["id"]} ({holder.Groups["name"]})"
            : output.Contains("Could not get lock", StringComparison.Ordinal) ? "another process" : null;

    [GeneratedRegex(@"It is held by process (?<id>[0-9]+) \((?<name>[^)]*)\)", RegexOptions.NonBacktracking)]
    private static partial Regex Holder();
}
