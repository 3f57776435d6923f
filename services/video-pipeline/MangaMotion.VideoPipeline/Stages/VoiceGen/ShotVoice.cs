using MangaMotion.Comics.Script;
using MangaMotion.Contracts.Videos.V1;
using MangaMotion.Film.Speech;
using MangaMotion.Media.Workspaces;
using MangaMotion.Videos;

namespace MangaMotion.VideoPipeline.Stages.VoiceGen;

/// <summary>Speaks with the voices of the machine.</summary>
internal sealed class ShotVoice(SpeechSynthesizer synthesizer) : IShotVoice
{
    public string Version => $"local-{SpeechSynthesizer.Version}";

    /// <summary>A line without a letter or digit, such as an ellipsis, is a moment of silence.</summary>
    public async Task<ShotSpeech> SpeakAsync(ScriptShot shot, VideoOptions options, Workspace workspace, CancellationToken cancellationToken)
    {
        var request = new SpeechRequest(shot.Line ?? "", options.Language ?? VideoDefaults.Language, options.Voice);
        return Of(await synthesizer.SpeakAsync(workspace, request, cancellationToken)
            ?? await SpeechSynthesizer.PauseAsync(workspace, request.Text, cancellationToken));
    }

    internal static ShotSpeech Of(SpokenLine line) =>
        new(line.Path, line.Seconds, [.. line.Words.Select(word => new SpeechWord(word.Text, word.Start, word.End))]);
}
