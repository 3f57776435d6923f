using System.Text.Json;
using MangaMotion.Contracts.Videos.V1;
using MangaMotion.Jobs.Running;
using MangaMotion.Storage;
using MangaMotion.Videos;

namespace MangaMotion.VideoPipeline.Stages.VoiceGen;

/// <summary>Work of a part of <c>voice_gen</c>: speaks a line, unless the store has a speech with the same hash.</summary>
internal sealed class VoiceWork(StageRun stage, IShotVoice voice, IObjectStore store)
{
    public Task<SpeechResult> RunAsync(JobRun<GenerateVoice> run, CancellationToken cancellationToken) => stage.RunAsync(async workspace =>
    {
        var plan = run.Params.Deserialize<SpeechPlan>(VideoJson.Options)!;
        var speechKey = VideoKeys.Speech(plan.Hash);
        if (await store.HeadAsync(speechKey, cancellationToken) is not null)
        {
            await using var stored = await store.GetAsync(speechKey, null, cancellationToken);
            return (await JsonSerializer.DeserializeAsync<SpeechResult>(stored.Stream, VideoJson.Options, cancellationToken))!;
        }

        var speech = await voice.SpeakAsync(plan.Shot, plan.Options, plan.Pronunciations, workspace, cancellationToken);
        var key = speech.Draft ? VideoKeys.DraftSound(run.JobId) : VideoKeys.Sound(plan.Hash, run.JobId);
        var result = new SpeechResult(key, speech.Seconds, speech.Words, speech.Draft);
        await store.PutFileAsync(key, speech.Path, new() { ContentType = "audio/wav" }, cancellationToken);
        // A provider that failed may succeed another time, so a draft is not kept under the shared hash.
        if (!speech.Draft)
        {
            using var json = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(result, VideoJson.Options));
            await store.PutAsync(speechKey, json, new() { ContentType = "application/json" }, cancellationToken);
        }

        return result;
    });
}
