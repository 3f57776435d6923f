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

    public string? GetCredit(VideoOptions options, string language) => (language == "ja" ? LocalVoice.Espeak : options.Voice) switch
    {
        LocalVoice.Espeak => "Voice: eSpeak NG (GPL 3)",
        LocalVoice.Flite => "Voice: Flite (CMU, BSD-like licence)",
        _ => "Voice: Festival with US SLT (CMU, BSD-like licence)",
    };

    /// <summary>Speaks the line. A line without a letter or digit, such as an ellipsis, is a pause.</summary>
    public async Task<ShotSpeech> SpeakAsync(
        ScriptShot shot, VideoOptions options, IReadOnlyList<Pronunciation> pronunciations, Workspace workspace,
        CancellationToken cancellationToken)
    {
        var request = new SpeechRequest(shot.Line ?? "", options.Language ?? VideoDefaults.Language, options.Voice)
        {
            Spellings = Convert(pronunciations),
        };
        return Convert(await synthesizer.SpeakAsync(workspace, request, cancellationToken)
            ?? await SpeechSynthesizer.PauseAsync(workspace, request.Text, cancellationToken));
    }

    internal static IReadOnlyList<WordSpelling> Convert(IReadOnlyList<Pronunciation> pronunciations) =>
        [.. pronunciations.Select(each => new WordSpelling(each.Word, each.Say))];

    internal static ShotSpeech Convert(SpokenLine line) =>
        new(line.Path, line.Seconds, [.. line.Words.Select(word => new SpeechWord(word.Text, word.Start, word.End))]);
}
