using MangaMotion.Api;
using MangaMotion.Jobs;
using MangaMotion.Jobs.Pausing;
using MangaMotion.Jobs.Reconciling;
using MangaMotion.Videos;

namespace MangaMotion.Ingest.Reading.Operations;

/// <summary>The lanes of all job types, as the broker has them.</summary>
internal sealed class QueueQuery(JobTypes types, IQueueDepths depths, QueuePauses pauses)
{
    /// <summary>Types of the jobs that the API accepts, and of the parts of videos.</summary>
    private readonly JobType[] _types =
        [.. types.All.Concat([VideoJobs.ScriptGen, VideoJobs.VoiceGen, VideoJobs.VideoGen, VideoJobs.Compositing]).Distinct()];

    public IReadOnlyList<string> Names => [.. _types.SelectMany(type => Lanes.All.Select(lane => type.QueueName(lane)))];

    public async Task<IReadOnlyList<QueueInfo>> ListAsync(CancellationToken cancellationToken)
    {
        var paused = await pauses.ListAsync(cancellationToken);
        var states = await depths.InspectAsync([.. _types.SelectMany(type => Lanes.All.SelectMany(lane => QueuesOf(type, lane)))], cancellationToken);
        return
        [
            .. from type in _types
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
