using MassTransit;

namespace MangaMotion.Videos;

/// <summary>The saga's part of a row in <c>videos</c>.</summary>
public sealed class VideoState : SagaStateMachineInstance
{
    public Guid CorrelationId { get; set; }

    /// <summary>One of <see cref="VideoStates"/>.</summary>
    public string State { get; set; } = "";

    /// <summary><c>VideoOptions</c> as JSON.</summary>
    public string Options { get; set; } = "{}";
}
