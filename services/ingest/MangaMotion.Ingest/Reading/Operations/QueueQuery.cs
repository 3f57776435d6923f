using MangaMotion.Api;
using MangaMotion.Jobs;
using MangaMotion.Jobs.Pausing;
using MangaMotion.Jobs.Reconciling;
using MangaMotion.Videos;

namespace MangaMotion.Ingest.Reading.Operations;

/// <summary>Lists the lanes of all job types with their state in the broker.</summary>
internal sealed class QueueQuery(JobTypes types, IQueueDepths depths, QueuePauses pauses)
{
    /// <summary>Types of the jobs that the API accepts, and of the parts of videos.</summary>
    public IReadOnlyList<JobType> Types { get; } =
        [.. types.All.Concat([VideoJobs.ScriptGen, VideoJobs.VoiceGen, VideoJobs.VideoGen, VideoJobs.Compositing]).Distinct()];

    public IReadOnlyList<string> Names => [.. Types.SelectMany(type => Lanes.All.Select(lane => type.QueueName(lane)))];

    public async Task<IReadOnlyList<QueueInfo>> ListAsync(CancellationToken cancellationToken)
    {
        var paused = await pauses.ListAsync(cancellationToken);
        var states = await depths.InspectAsync(
            [.. Types.SelectMany(type => Lanes.All.SelectMany(lane => ListQueues(type, lane)))], cancellationToken);
        return
        [
            .. from type in Types
               from lane in Lanes.All
               let name = type.QueueName(lane)
               let front = states.GetValueOrDefault(name)
               let pause = paused.GetValueOrDefault(name)
               let bulk = states.GetValueOrDefault(type.QueueName(lane, bulk: true))
               select new QueueInfo(
                   name, type.Name, lane.Name(), front.Ready + bulk.Ready, front.Consumers,
                   states.GetValueOrDefault(Lanes.ErrorQueueName(name)).Ready, pause is not null, pause?.Since)
               {
                   PauseReason = pause?.Reason,
                   PausedUntil = pause?.Until,
                   PausedBy = pause?.By,
               },
        ];
    }

    private static string[] ListQueues(JobType type, Lane lane) =>
        [type.QueueName(lane), type.QueueName(lane, bulk: true), Lanes.ErrorQueueName(type.QueueName(lane))];
}
