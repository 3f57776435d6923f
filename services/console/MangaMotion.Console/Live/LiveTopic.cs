using MangaMotion.Client;
using MangaMotion.Console.Pages.Shared;
using MangaMotion.Console.Sessions;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;

namespace MangaMotion.Console.Live;

/// <summary>
/// One topic of one API key. One loop reads it from the API and renders its regions once for all readers. A reader takes the newest state
/// of each region at its own pace.
/// </summary>
internal sealed partial class LiveTopic : IAsyncDisposable
{
    /// <summary>Time between two reads.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>Time between two reads while the API does not answer.</summary>
    private static readonly TimeSpan AwayInterval = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Dictionary<string, (string Html, long Version)> _regions = new(StringComparer.Ordinal);
    private readonly RegionReader _reader;
    private readonly string _argument;
    private readonly Session _session;
    private readonly MangaMotionClient _client;
    private readonly IServiceScopeFactory _scopes;
    private readonly ILogger _logger;

    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private DateTimeOffset _lastRead;
    private long _version;
    private Task _loop = Task.CompletedTask;

    public LiveTopic(
        RegionReader reader, string topic, Session session, ApiConnections connections, IServiceScopeFactory scopes, ILogger logger)
    {
        _reader = reader;
        _argument = topic.Split(':', 2).ElementAtOrDefault(1) ?? "";
        _session = session;
        _client = connections.CreateClient(session.ApiKey);
        _scopes = scopes;
        _logger = logger;
    }

    /// <summary>Number of streams that read this topic. Guarded by the hub.</summary>
    public int Readers { get; set; }

    /// <summary>Whether the API rejected the key. The topic reads no more.</summary>
    public bool IsEnded { get; private set; }

    public void Start() => _loop = Task.Run(RunAsync);

    /// <summary>Waits for regions that changed after a version.</summary>
    /// <returns>The newest version, and the markup that htmx swaps; null markup if the session has ended.</returns>
    public async Task<(long Version, string? Html)> ReadAsync(long after, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (IsEnded)
                    return (_version, null);
                var html = string.Concat(_regions
                    .Where(region => region.Value.Version > after)
                    .Select(region => Wrap(region.Key, region.Value.Html)));
                if (html.Length > 0)
                    return (_version, html);
                changed = _changed.Task;
            }

            await changed.WaitAsync(cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
    }

    private static string Wrap(string id, string html) => $"<hx-partial hx-target=\"#{id}\" hx-swap=\"outerMorph\">{html}</hx-partial>";

    private async Task RunAsync()
    {
        await using var scope = _scopes.CreateAsyncScope();
        try
        {
            while (!_stop.IsCancellationRequested && !IsEnded)
            {
                var answered = await StepAsync(scope.ServiceProvider);
                await Task.Delay(answered ? Interval : AwayInterval, _stop.Token);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The last reader has left.
        }
        catch (Exception exception)
        {
            // Outermost loop of a topic: its readers must not wait without a sign.
            LogFailure(_logger, _argument, exception);
            lock (_lock)
                IsEnded = true;
            Signal();
        }
    }

    private async Task<bool> StepAsync(IServiceProvider services)
    {
        try
        {
            var regions = await _reader(_client, _session, _argument, _stop.Token);
            _lastRead = DateTimeOffset.UtcNow;
            await RenderAsync(services, [.. regions, ApiState.Answers]);
            return true;
        }
        catch (Exception exception) when (Loaded.IsKeyRejected(exception))
        {
            lock (_lock)
                IsEnded = true;
            Signal();
            return false;
        }
        catch (Exception exception) when (Failure.Describe(exception, _stop.Token) is not null)
        {
            var failure = Failure.Describe(exception, _stop.Token)!;
            await RenderAsync(services, [ApiState.Fails(failure, _lastRead)]);
            return false;
        }
    }

    /// <summary>Renders each region. The renderer keeps every component until it is disposed, so each read has its own.</summary>
    private async Task RenderAsync(IServiceProvider services, IReadOnlyList<Region> regions)
    {
        await using var renderer = new HtmlRenderer(services, services.GetRequiredService<ILoggerFactory>());
        await renderer.Dispatcher.InvokeAsync(async () =>
        {
            var changed = false;
            foreach (var region in regions)
            {
                var parameters = ParameterView.FromDictionary(region.Parameters.ToDictionary());
                var html = (await renderer.RenderComponentAsync(region.Component, parameters)).ToHtmlString();
                lock (_lock)
                {
                    if (_regions.TryGetValue(region.Id, out var known) && known.Html == html)
                        continue;
                    _regions[region.Id] = (html, ++_version);
                    changed = true;
                }
            }

            if (changed)
                Signal();
        });
    }

    private void Signal()
    {
        lock (_lock)
        {
            _changed.SetResult();
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    [LoggerMessage(EventId = 6001, Level = LogLevel.Error, Message = "Live topic {Argument} failed and reads no more.")]
    private static partial void LogFailure(ILogger logger, string argument, Exception exception);
}
