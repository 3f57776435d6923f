using MangaMotion.Api;
using MangaMotion.Jobs;
using MangaMotion.Jobs.Pausing;
using MangaMotion.Jobs.Reconciling;

namespace MangaMotion.Ingest.Reading.Operations;

/// <summary>The lanes of all job types, as the broker has them.</summary>
internal sealed class QueueQuery(JobTypes types, IQueueDepths depths, QueuePauses pauses)
{
    public IReadOnlyList<string> Names { get; } = [.. types.All.SelectMany(type => Lanes.All.Select(lane => type.QueueName(lane)))];

    public async Task<IReadOnlyList<QueueInfo>> ListAsync(CancellationToken cancellationToken)
    {
        var paused = await pauses.ListAsync(cancellationToken);
        var states = await depths.InspectAsync([.. types.All.SelectMany(type => Lanes.All.SelectMany(lane => QueuesOf(type, lane)))], cancellationToken);
        return
        [
            .. from type in types.All
               from lane in Lanes.All
               let name = type.QueueName(lane)
               let front = states.GetValueOrDefault(name)
               let bulk = states.GetValueOrDefault(type.QueueName(lane, bulk: true))
               select new QueueInfo(
                   name, type.Name, lane.Name(), front.Ready + bulk.Ready, front.Consumers, states.GetValueOrDefault(ErrorQueueOf(name)).Ready,
                   paused.ContainsKey(name), paused.TryGetValue(name, out var since) ? since : null),
        ];
    }

    private static string[] QueuesOf(JobType type, Lane lane) => [type.QueueName(lane), type.QueueName(lane, bulk: true), ErrorQueueOf(type.QueueName(lane))];

    private static string ErrorQueueOf(string name) => $"{name}_error";
}
