using System.Diagnostics;

namespace MangaMotion.TestSupport;

/// <summary>Waits for a condition with a deadline. A test never waits for a fixed time.</summary>
public static class Eventually
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(25);

    /// <summary>Returns when the condition holds.</summary>
    /// <param name="deadline">
    /// 60 s by default. Only a failing test waits that long, and a loaded machine is up to 20 times slower than an idle one.
    /// </param>
    /// <exception cref="TimeoutException">The condition did not hold before the deadline. The message has its source text.</exception>
    public static Task Until(
        Func<Task<bool>> condition,
        TimeSpan? deadline = null,
        [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(condition))] string what = "") =>
        Get(async () => await condition() ? true : (bool?)null, deadline, what);

    /// <inheritdoc cref="Until(Func{Task{bool}}, TimeSpan?, string)"/>
    public static Task Until(
        Func<bool> condition,
        TimeSpan? deadline = null,
        [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(condition))] string what = "") =>
        Until(() => Task.FromResult(condition()), deadline, what);

    /// <summary>Returns the first value that is not null.</summary>
    /// <inheritdoc cref="Until(Func{Task{bool}}, TimeSpan?, string)"/>
    public static async Task<T> Get<T>(
        Func<Task<T?>> probe,
        TimeSpan? deadline = null,
        [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(probe))] string what = "")
        where T : struct
    {
        var limit = deadline ?? TimeSpan.FromSeconds(60);
        var waited = Stopwatch.StartNew();
        while (true)
        {
            if (await probe() is { } value)
                return value;
            if (waited.Elapsed > limit)
                throw new TimeoutException($"Not within {limit.TotalSeconds:0.#} s: {what}");
            await Task.Delay(Interval);
        }
    }
}
