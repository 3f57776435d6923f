using System.Text.Json;
using System.Text.RegularExpressions;
using MangaMotion.Comics.Script;
using MangaMotion.Contracts.Videos.V1;
using MangaMotion.Film.Speech;
using MangaMotion.Media;
using MangaMotion.Media.Workspaces;
using Microsoft.Extensions.Options;

namespace MangaMotion.VideoPipeline.Stages.VoiceGen;

/// <summary>
/// Speaks with ElevenLabs. If it fails, the local voice speaks and the shot is a draft. A video that asks for a local voice gets it.
/// </summary>
internal sealed partial class ElevenLabsVoice(
    ElevenLabsClient client, ShotVoice local, SpeechSynthesizer synthesizer, IOptions<ElevenLabsOptions> options,
    ILogger<ElevenLabsVoice> log) : IShotVoice
{
    private readonly ElevenLabsOptions _options = options.Value;

    public string Version => $"elevenlabs-1 {_options.Model} {_options.Voice} {local.Version}";

    public string? GetCredit(VideoOptions video, string language) =>
        video.Voice is { } name && LocalVoice.Names.Contains(name) ? local.GetCredit(video, language) : "Voice: ElevenLabs";

    public async Task<ShotSpeech> SpeakAsync(
        ScriptShot shot, VideoOptions video, IReadOnlyList<Pronunciation> pronunciations, Workspace workspace,
        CancellationToken cancellationToken)
    {
        if (video.Voice is { } name && LocalVoice.Names.Contains(name))
            return await local.SpeakAsync(shot, video, pronunciations, workspace, cancellationToken);
        try
        {
            var voice = video.Voice is { } asked && VoiceId().IsMatch(asked) ? asked : _options.Voice;
            var respelling = Respelling.Create(shot.Line!, ShotVoice.Convert(pronunciations));
            var (sound, timed) = await client.SpeakAsync(respelling.Text, voice, _options.Model, cancellationToken);
            var words = respelling.Restore(timed, word => word.Text, (parts, shown) => new(shown, parts[0].Start, parts[^1].End));
            if (await synthesizer.AdoptAsync(workspace, sound, words, $"elevenlabs {voice}", cancellationToken) is { } line)
                return ShotVoice.Convert(line);
            log.LogWarning("ElevenLabs sent silence for shot {Shot}. The local voice speaks it as a draft.", shot.Id);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested
            && failure is HttpRequestException or OperationCanceledException or JsonException or FormatException or MediaException)
        {
            log.LogWarning(failure, "ElevenLabs failed for shot {Shot}. The local voice speaks it as a draft.", shot.Id);
        }

        return await local.SpeakAsync(shot, video, pronunciations, workspace, cancellationToken) with { Draft = true };
    }

    [GeneratedRegex("^[A-Za-z0-9]{10,40}$", RegexOptions.NonBacktracking)]
    private static partial Regex VoiceId();
}
