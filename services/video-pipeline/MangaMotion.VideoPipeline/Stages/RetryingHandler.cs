using System.Net;

namespace MangaMotion.VideoPipeline.Stages;

/// <summary>
/// Retries a request to a provider after 408, 429, 5xx, a lost connection or a time-out. It waits for the time in <c>Retry-After</c>, or
/// twice as long as before. The client limits the time of all attempts together. Contents must be buffered, as JSON is.
/// </summary>
internal sealed class RetryingHandler(TimeSpan timeout, int retries, TimeProvider time) : DelegatingHandler
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            var wait = FirstWait * Math.Pow(2, attempt);
            try
            {
                using var deadline = new CancellationTokenSource(timeout, time);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
                var response = await base.SendAsync(request, either.Token);
                if (attempt == retries || !IsTransient(response.StatusCode))
                    return response;
                wait = ReadRetryAfter(response) ?? wait;
                response.Dispose();
            }
            catch (Exception failure) when (attempt < retries && !cancellationToken.IsCancellationRequested
                && failure is HttpRequestException or OperationCanceledException)
            {
                // The connection was lost or no answer came. The next attempt may succeed.
            }

            // Timers reject waits of more than some weeks. The client's own time limit ends the request before that.
            await Task.Delay(wait < LongestWait ? wait : LongestWait, time, cancellationToken);
        }
    }

    private static bool IsTransient(HttpStatusCode status) =>
        status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests || (int)status >= 500;

    private TimeSpan? ReadRetryAfter(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } when date > time.GetUtcNow() => date - time.GetUtcNow(),
        _ => null,
    };
}
