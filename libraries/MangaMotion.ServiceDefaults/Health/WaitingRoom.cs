using MangaMotion.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MangaMotion.ServiceDefaults.Health;

/// <summary>
/// Answers at the service's addresses while its start takes long, because Postgres is away and nothing starts before the schema is
/// there: live, so that nobody restarts what only waits, and not ready; 503 to all else.
/// </summary>
internal sealed class WaitingRoom(HealthCheckService health, IConfiguration configuration, ILogger<WaitingRoom> logger) : IHostedLifecycleService, IDisposable
{
    private const string RetryAfterSeconds = "5";
    private static readonly TimeSpan LongStart = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _over = new();
    private Task _answering = Task.CompletedTask;

    public Task StartingAsync(CancellationToken cancellationToken)
    {
        _answering = AnswerAsync(cancellationToken);
        return Task.CompletedTask;
    }

    /// <summary>Now the service itself listens at those addresses, as the last of all that starts.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await _over.CancelAsync();
        await _answering;
    }

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        _over.Cancel();
        _over.Dispose();
    }

    private async Task AnswerAsync(CancellationToken cancellationToken)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _over.Token);
        try
        {
            await Task.Delay(LongStart, end.Token);
            var builder = WebApplication.CreateBuilder();
            builder.Configuration.AddConfiguration(configuration);
            builder.Logging.ClearProviders();
            await using var app = builder.Build();
            app.Run(AnswerAsync);
            await app.StartAsync(end.Token);
            logger.LogInformation("The start takes longer; {Addresses} answers as live and not ready until it is over", string.Join(", ", app.Urls));
            await Task.Delay(Timeout.InfiniteTimeSpan, end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            using var patience = new CancellationTokenSource(Patience);
            await app.StopAsync(patience.Token);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The start was quick, or this process stops.
        }
        catch (Exception exception)
        {
            // If the addresses are wrong or taken, the service itself will say so.
            logger.LogWarning("Nobody answers while the start takes longer: {Reason}", exception.Message);
        }
    }

    private async Task AnswerAsync(HttpContext context)
    {
        switch (context.Request.Path.Value)
        {
            case DependencyHealth.Live:
                await DependencyHealth.WriteAsync(context, new(new Dictionary<string, HealthReportEntry>(), TimeSpan.Zero));
                break;
            case DependencyHealth.Ready:
                context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                var report = await health.CheckHealthAsync(check => check.Name == DependencyHealth.Postgres, context.RequestAborted);
                await DependencyHealth.WriteAsync(context, new(report.Entries, HealthStatus.Unhealthy, report.TotalDuration));
                break;
            default:
                context.Response.Headers.RetryAfter = RetryAfterSeconds;
                await ProblemAnswers.WriteAsync(context, new()
                {
                    // After a HEAD with 503, tus clients begin a resumable upload again from byte 0. After 423 they try again later.
                    Status = HttpMethods.IsHead(context.Request.Method)
                        ? StatusCodes.Status423Locked
                        : StatusCodes.Status503ServiceUnavailable,
                    Detail = $"The service is starting and waits for its database. Nothing was accepted; try again in {RetryAfterSeconds} s.",
                    Extensions = { ["code"] = ProblemCodes.DependencyUnavailable },
                });
                break;
        }
    }
}
