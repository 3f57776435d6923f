using System.Diagnostics.Metrics;
using MangaMotion.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MangaMotion.ServiceDefaults.Health;

/// <summary>
/// Answers at the addresses of the service while its start waits for Postgres, without whose schema nothing starts. It reports live, so
/// that no supervisor restarts the waiting process, and not ready. Other requests get 503.
/// </summary>
internal sealed class StartupResponder(
    HealthCheckService health, IConfiguration configuration, IMeterFactory meters, ILogger<StartupResponder> logger)
    : IHostedLifecycleService, IDisposable
{
    private static readonly TimeSpan LongStart = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _started = new();
    private Task _answering = Task.CompletedTask;

    public Task StartingAsync(CancellationToken cancellationToken)
    {
        _answering = AnswerAsync(cancellationToken);
        return Task.CompletedTask;
    }

    /// <summary>Ends the answers, because the service itself listens at the addresses next.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await _started.CancelAsync();
        await _answering;
    }

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        _started.Cancel();
        _started.Dispose();
    }

    private async Task AnswerAsync(CancellationToken cancellationToken)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _started.Token);
        try
        {
            await Task.Delay(LongStart, end.Token);
            var builder = WebApplication.CreateBuilder();
            builder.Configuration.AddConfiguration(configuration);
            builder.Logging.ClearProviders();

            // Meters of its own would end with this responder, and OpenTelemetry would then end the equal instruments of the service too.
            builder.Services.AddSingleton(meters);
            await using var app = builder.Build();
            app.Run(AnswerAsync);
            await app.StartAsync(end.Token);
            logger.LogInformation(
                "Start waits for Postgres. {Addresses} reports live and not ready until then.", string.Join(", ", app.Urls));
            await Task.Delay(Timeout.InfiniteTimeSpan, end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            using var timeout = new CancellationTokenSource(StopTimeout);
            await app.StopAsync(timeout.Token);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The start was quick, or this process stops.
        }
        catch (Exception exception)
        {
            // If the addresses are invalid or in use, the service itself reports it later.
            logger.LogWarning("No answers while the start waits for Postgres: {Reason}", exception.Message);
        }
    }

    private async Task AnswerAsync(HttpContext context)
    {
        // The service does not count probes either.
        if (context.Request.Path.Value is DependencyHealth.Live or DependencyHealth.Ready
            && context.Features.Get<IHttpMetricsTagsFeature>() is { } counted)
            counted.MetricsDisabled = true;
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
                context.Response.Headers.RetryAfter = ProblemAnswers.RetryAfterSeconds;
                await ProblemAnswers.WriteAsync(context, new()
                {
                    // After a HEAD with 503, tus clients begin a resumable upload again from byte 0. After 423 they try again later.
                    Status = HttpMethods.IsHead(context.Request.Method)
                        ? StatusCodes.Status423Locked
                        : StatusCodes.Status503ServiceUnavailable,
                    Detail = ProblemAnswers.DescribeOutage(context.Request, "The service is starting and waits for its database."),
                    Extensions = { ["code"] = ProblemCodes.DependencyUnavailable },
                });
                break;
        }
    }
}
