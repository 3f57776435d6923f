using System.Diagnostics.Metrics;
using MangaMotion.Contracts.Jobs.V1;
using MangaMotion.ServiceDefaults.Problems;
using Microsoft.Extensions.Options;

namespace MangaMotion.Ingest.Background.Events;

/// <summary>What is watched on this instance, and where the bus's word of a change goes.</summary>
internal sealed class EventHub(JobEventQuery query, IOptions<EventsOptions> options, ILogger<EventHub> logger)
{
    private static readonly Meter Meter = new("MangaMotion.Ingest");
    private static readonly UpDownCounter<int> Watching =
        Meter.CreateUpDownCounter<int>("mangamotion.events.readers", "{reader}", "Readers of event streams on this instance.");

    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, EventTopic> _topics = [];

    // By the id that a change is told under: that of the ingest, or of a job that belongs to none.
    private readonly Dictionary<Guid, HashSet<EventTopic>> _told = [];
    private int _readers;

    /// <summary>The topic, shared by those who watch the same; dispose the watch to leave it.</summary>
    /// <exception cref="ProblemException">This instance has as many readers as it takes.</exception>
    public EventWatch Watch(EventSource source)
    {
        lock (_lock)
        {
            if (_readers >= options.Value.MaxReaders)
            {
                throw new ProblemException(503, "too_many_readers", $"This instance has {_readers} readers of events already (Events__MaxReaders); try again soon, or ask for the status instead.")
                {
                    RetryAfter = TimeSpan.FromSeconds(5),
                };
            }

            if (!_topics.TryGetValue(source.Id, out var topic))
            {
                _topics[source.Id] = topic = new(source, query, options.Value, logger);
                if (!_told.TryGetValue(ToldAs(source), out var topics))
                    _told[ToldAs(source)] = topics = [];
                topics.Add(topic);
            }

            topic.Readers++;
            _readers++;
            Watching.Add(1);
            return new(topic, LeaveAsync);
        }
    }

    /// <summary>Takes one message of the bus: wakes the topics that it concerns.</summary>
    public void Tell(JobsChanged message)
    {
        lock (_lock)
        {
            foreach (var id in message.IngestIds.Concat(message.JobIds))
            {
                foreach (var topic in ToldBy(id))
                    topic.Look();
            }

            foreach (var progress in message.Progress)
            {
                foreach (var topic in ToldBy(progress.IngestId ?? progress.JobId))
                {
                    if (topic.Source.IsIngest || topic.Source.Id == progress.JobId)
                        topic.Look(progress);
                }
            }
        }
    }

    private static Guid ToldAs(EventSource source) => source.IngestId ?? source.Id;

    private HashSet<EventTopic> ToldBy(Guid id) => _told.TryGetValue(id, out var topics) ? topics : [];

    private ValueTask LeaveAsync(EventTopic topic)
    {
        lock (_lock)
        {
            _readers--;
            Watching.Add(-1);
            if (--topic.Readers > 0)
                return ValueTask.CompletedTask;
            _topics.Remove(topic.Source.Id);
            var told = ToldAs(topic.Source);
            if (_told[told].Remove(topic) && _told[told].Count == 0)
                _told.Remove(told);
        }

        return topic.DisposeAsync();
    }
}

/// <summary>One reader's hold on a topic.</summary>
internal sealed class EventWatch(EventTopic topic, Func<EventTopic, ValueTask> leave) : IAsyncDisposable
{
    public EventTopic Topic => topic;

    public ValueTask DisposeAsync() => leave(topic);
}
