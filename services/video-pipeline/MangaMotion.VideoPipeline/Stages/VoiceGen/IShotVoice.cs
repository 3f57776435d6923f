using MangaMotion.Comics.Script;
using MangaMotion.Contracts.Videos.V1;
using MangaMotion.Media.Workspaces;
using MangaMotion.Videos;

namespace MangaMotion.VideoPipeline.Stages;

/// <summary>The stage <c>voice_gen</c>: speaks the line of one shot.</summary>
public interface IShotVoice
{
    /// <summary>
    /// Names everything beside line, speaker, voice and language that the sound depends on: engine, its version, its settings.
    /// Speech is kept under a hash of it, so it changes when the sound would.
    /// </summary>
    string Version { get; }

    /// <param name="shot">Has a line.</param>
    Task<ShotSpeech> SpeakAsync(ScriptShot shot, VideoOptions options, Workspace workspace, CancellationToken cancellationToken);
}

/// <summary>A line as spoken.</summary>
/// <param name="Path">A WAV in the workspace.</param>
/// <param name="Seconds">Its length.</param>
/// <param name="Draft">A provider failed, and the local voice spoke instead.</param>
public sealed record ShotSpeech(string Path, double Seconds, IReadOnlyList<SpeechWord> Words, bool Draft = false);
