using MassTransit;

namespace MangaMotion.VideoPipeline.Saga;

/// <summary>How far a video is. Whether it runs, failed or was canceled says its row in <c>jobs</c>, which has the same id.</summary>
public sealed class VideoState : SagaStateMachineInstance
{
    public Guid CorrelationId { get; set; }

    public string State { get; set; } = "";

    /// <summary>What the owner chose, as JSON.</summary>
    public string Options { get; set; } = "{}";
}
