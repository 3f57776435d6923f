using System.Diagnostics;
using MangaMotion.Client;

namespace MangaMotion.Cli.Operating;

/// <summary>Repeated requests for the state of something, through restarts and short outages of the API.</summary>
internal static class Polling
{
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(300);

    /// <summary>Longest time without an answer: an upgrade takes less.</summary>
    public static readonly TimeSpan UnavailableTimeout = TimeSpan.FromMinutes(2);

    /// <summary>Asks until the API answers.</summary>
    /// <param name="advice">What continues without the command, and how to look at it later.</param>
    /// <exception cref="CommandException">The API has not answered for the timeout.</exception>
    public static async Task<T> GetAsync<T>(
        Func<Task<T>> ask, string advice, TimeSpan unavailableTimeout, CancellationToken cancellationToken)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                return await ask();
            }
            catch (Exception exception) when (IsUnavailable(exception, cancellationToken))
            {
                if (waited.Elapsed >= unavailableTimeout)
                {
                    throw new CommandException(
                        $"The API has not answered for {unavailableTimeout.TotalMinutes:0.#} minutes ({exception.Message}). {advice}");
                }

                await Task.Delay(Interval, cancellationToken);
            }
        }
    }

    private static bool IsUnavailable(Exception exception, CancellationToken cancellationToken) =>
        exception is HttpRequestException or IOException or MangaMotionException { Problem.Status: >= 500 or 429 }
        || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested);
}
