using MangaMotion.Comics.Script;
using MangaMotion.Contracts.Videos.V1;
using MangaMotion.Media.Workspaces;
using MangaMotion.Videos;

namespace MangaMotion.VideoPipeline.Stages.VoiceGen;

/// <summary>Speaks the line of one shot.</summary>
public interface IShotVoice
{
    /// <summary>
    /// Names everything that the sound depends on besides line, speaker, voice, language and pronunciations: engine, version, settings. It
    /// is part of the hash under which a speech is kept.
    /// </summary>
    string Version { get; }

    /// <summary>Names the voice and its licence for the end card; null if it needs no credit.</summary>
    string? GetCredit(VideoOptions options, string language) => null;

    /// <param name="shot">A shot with a line.</param>
    /// <param name="pronunciations">How words of the line are said. The words of the result are as the line writes them.</param>
    Task<ShotSpeech> SpeakAsync(
        ScriptShot shot, VideoOptions options, IReadOnlyList<Pronunciation> pronunciations, Workspace workspace,
        CancellationToken cancellationToken);
}

/// <summary>A spoken line.</summary>
/// <param name="Path">WAV in the workspace.</param>
/// <param name="Seconds">Length in seconds.</param>
/// <param name="Draft">True if a provider failed and the local voice spoke the line.</param>
public sealed record ShotSpeech(string Path, double Seconds, IReadOnlyList<SpeechWord> Words, bool Draft = false);
