using System.Diagnostics.Metrics;
using MangaMotion.Contracts.Jobs.V1;
using MangaMotion.ServiceDefaults.Problems;
using Microsoft.Extensions.Options;

namespace MangaMotion.Ingest.Background.Events;

/// <summary>Topics with readers on this instance. Notifications of the bus wake the topics that they concern.</summary>
internal sealed class EventHub(JobEventQuery query, IOptions<EventsOptions> options, ILogger<EventHub> logger)
{
    private static readonly Meter Meter = new("MangaMotion.Ingest");
    private static readonly UpDownCounter<int> Watching =
        Meter.CreateUpDownCounter<int>("mangamotion.events.readers", "{reader}", "Readers of event streams on this instance.");

    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, EventTopic> _topics = [];

    // Topics by the id in notifications: that of the ingest, or of a job without an ingest.
    private readonly Dictionary<Guid, HashSet<EventTopic>> _notified = [];
    private int _readers;

    /// <summary>Adds a reader to a topic, which all readers of the same source share. Dispose the watch to leave it.</summary>
    /// <exception cref="ProblemException">503: this instance has its largest number of readers.</exception>
    public EventWatch Watch(EventSource source)
    {
        lock (_lock)
        {
            if (_readers >= options.Value.MaxReaders)
            {
                throw new ProblemException(503, "too_many_readers",
                    $"This instance has {_readers} readers of events already (Events__MaxReaders). "
                    + "Try again soon, or read the status instead.")
                {
                    RetryAfter = TimeSpan.FromSeconds(5),
                };
            }

            if (!_topics.TryGetValue(source.Id, out var topic))
            {
                _topics[source.Id] = topic = new(source, query, options.Value, logger);
                if (!_notified.TryGetValue(GetNotifiedId(source), out var topics))
                    _notified[GetNotifiedId(source)] = topics = [];
                topics.Add(topic);
            }

            topic.Readers++;
            _readers++;
            Watching.Add(1);
            return new(topic, LeaveAsync);
        }
    }

    /// <summary>Wakes the topics that a message concerns.</summary>
    public void Notify(JobsChanged message)
    {
        lock (_lock)
        {
            foreach (var id in message.IngestIds.Concat(message.JobIds))
            {
                foreach (var topic in FindTopics(id))
                    topic.Wake();
            }

            foreach (var progress in message.Progress)
            {
                foreach (var topic in FindTopics(progress.IngestId ?? progress.JobId))
                {
                    if (topic.Source.IsIngest || topic.Source.Id == progress.JobId)
                        topic.Wake(progress);
                }
            }
        }
    }

    private static Guid GetNotifiedId(EventSource source) => source.IngestId ?? source.Id;

    private HashSet<EventTopic> FindTopics(Guid id) => _notified.TryGetValue(id, out var topics) ? topics : [];

    private ValueTask LeaveAsync(EventTopic topic)
    {
        lock (_lock)
        {
            _readers--;
            Watching.Add(-1);
            if (--topic.Readers > 0)
                return ValueTask.CompletedTask;
            _topics.Remove(topic.Source.Id);
            var id = GetNotifiedId(topic.Source);
            if (_notified[id].Remove(topic) && _notified[id].Count == 0)
                _notified.Remove(id);
        }

        return topic.DisposeAsync();
    }
}

/// <summary>Membership of one reader in a topic.</summary>
internal sealed class EventWatch(EventTopic topic, Func<EventTopic, ValueTask> leave) : IAsyncDisposable
{
    public EventTopic Topic => topic;

    public ValueTask DisposeAsync() => leave(topic);
}
