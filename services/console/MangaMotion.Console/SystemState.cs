using System.Text.Json;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace MangaMotion.Console;

/// <summary>State of the servers behind the API, as its readiness check reports it. Read at most every five seconds.</summary>
internal sealed class SystemState(ApiConnections connections, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan CacheLifetime = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    private readonly SemaphoreSlim _reading = new(1);
    private IReadOnlyList<string> _obstacles = [];
    private bool _answers = true;
    private DateTimeOffset _readAt;

    /// <summary>Reads whether the API answers, and the names of its servers that do not.</summary>
    public async Task<(bool Answers, IReadOnlyList<string> Obstacles)> ReadAsync(CancellationToken cancellationToken)
    {
        await _reading.WaitAsync(cancellationToken);
        try
        {
            if (clock.GetUtcNow() - _readAt > CacheLifetime)
            {
                (_answers, _obstacles) = await AskAsync(cancellationToken);
                _readAt = clock.GetUtcNow();
            }

            return (_answers, _obstacles);
        }
        finally
        {
            _reading.Release();
        }
    }

    public void Dispose() => _reading.Dispose();

    private async Task<(bool, IReadOnlyList<string>)> AskAsync(CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(Timeout);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(connections.Address, "health/ready"));
            using var response = await connections.Invoker.SendAsync(request, timeout.Token);
            await using var body = await response.Content.ReadAsStreamAsync(timeout.Token);
            using var answer = await JsonDocument.ParseAsync(body, cancellationToken: timeout.Token);
            return (true, [.. answer.RootElement.GetProperty("checks").EnumerateObject()
                .Where(check => check.Value.GetProperty("status").GetString() != "healthy")
                .Select(check => check.Name)]);
        }
        catch (Exception exception) when (exception is HttpRequestException or JsonException or KeyNotFoundException or IOException
            || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return (false, []);
        }
    }
}

/// <summary>Readiness of the console: the API answers.</summary>
internal sealed class ApiCheck(SystemState system, ApiConnections connections) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var data = new Dictionary<string, object> { [ServiceDefaults.Health.ReadinessChecks.Where] = connections.Address.Authority };
        return (await system.ReadAsync(cancellationToken)).Answers
            ? HealthCheckResult.Healthy(data: data)
            : HealthCheckResult.Unhealthy("the API does not answer", data: data);
    }
}
