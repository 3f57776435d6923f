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

    public async Task<ShotSpeech> SpeakAsync(ScriptShot shot, VideoOptions video, Workspace workspace, CancellationToken cancellationToken)
    {
        if (video.Voice is { } name && LocalVoice.Names.Contains(name))
            return await local.SpeakAsync(shot, video, workspace, cancellationToken);
        try
        {
            var voice = video.Voice is { } asked && VoiceId().IsMatch(asked) ? asked : _options.Voice;
            var (sound, words) = await client.SpeakAsync(shot.Line!, voice, _options.Model, cancellationToken);
            if (await synthesizer.AdoptAsync(workspace, sound, words, $"elevenlabs {voice}", cancellationToken) is { } line)
                return ShotVoice.Convert(line);
            log.LogWarning("ElevenLabs sent silence for shot {Shot}. The local voice speaks it as a draft.", shot.Id);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested
            && failure is HttpRequestException or OperationCanceledException or JsonException or FormatException or MediaException)
        {
            log.LogWarning(failure, "ElevenLabs failed for shot {Shot}. The local voice speaks it as a draft.", shot.Id);
        }

        return await local.SpeakAsync(shot, video, workspace, cancellationToken) with { Draft = true };
    }

    [GeneratedRegex("^[A-Za-z0-9]{10,40}$", RegexOptions.NonBacktracking)]
    private static partial Regex VoiceId();
}
