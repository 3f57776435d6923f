using MangaMotion.Console.Sessions;

namespace MangaMotion.Console.Live;

/// <summary>Topics that are read now. All readers of one topic with the same API key share one.</summary>
internal sealed class LiveHub(ApiConnections connections, IServiceScopeFactory scopes, ILogger<LiveHub> logger) : IAsyncDisposable
{
    /// <summary>Maximum number of streams of one session.</summary>
    private const int MaxStreams = 16;

    private readonly Lock _lock = new();
    private readonly Dictionary<(string ApiKey, string Topic), LiveTopic> _topics = [];
    private readonly Dictionary<string, int> _streams = new(StringComparer.Ordinal);

    /// <summary>Counts a stream of a session; false if the session has too many.</summary>
    public bool TryOpenStream(Session session)
    {
        lock (_lock)
        {
            var streams = _streams.GetValueOrDefault(session.Id);
            if (streams >= MaxStreams)
                return false;
            _streams[session.Id] = streams + 1;
            return true;
        }
    }

    public void CloseStream(Session session)
    {
        lock (_lock)
        {
            if (--_streams[session.Id] == 0)
                _streams.Remove(session.Id);
        }
    }

    public LiveTopic Join(Session session, string topic, RegionReader reader)
    {
        lock (_lock)
        {
            if (!_topics.TryGetValue((session.ApiKey, topic), out var live) || live.IsEnded)
            {
                _topics[(session.ApiKey, topic)] = live = new(reader, topic, session, connections, scopes, logger);
                live.Start();
            }

            live.Readers++;
            return live;
        }
    }

    public async Task LeaveAsync(Session session, string topic, LiveTopic live)
    {
        lock (_lock)
        {
            if (--live.Readers > 0)
                return;
            if (_topics.GetValueOrDefault((session.ApiKey, topic)) == live)
                _topics.Remove((session.ApiKey, topic));
        }

        await live.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var live in _topics.Values)
            await live.DisposeAsync();
    }
}
