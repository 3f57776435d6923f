using MangaMotion.Comics.Script;
using MangaMotion.Contracts.Videos.V1;
using MangaMotion.Videos;

namespace MangaMotion.VideoPipeline.Stages.VoiceGen;

/// <summary>One line to speak; <c>jobs.params</c> of a part of <c>voice_gen</c>.</summary>
/// <param name="Hash">Hash of everything that makes the speech; part of its keys in <see cref="VideoKeys"/>.</param>
internal sealed record SpeechPlan(string Hash, ScriptShot Shot, VideoOptions Options)
{
    /// <summary>Pronunciations of words in the line.</summary>
    public IReadOnlyList<Pronunciation> Pronunciations { get; init; } = [];
}
