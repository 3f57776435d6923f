using System.Text.Json;
using MangaMotion.Contracts.Videos.V1;
using MangaMotion.Jobs.Running;
using MangaMotion.Storage;
using MangaMotion.VideoPipeline.Film;
using MangaMotion.Videos;

namespace MangaMotion.VideoPipeline.Stages;

/// <summary>A part of <c>voice_gen</c>: speaks a line, unless the same was spoken before.</summary>
internal sealed class VoiceWork(StageRun stage, IShotVoice voice, IObjectStore store)
{
    public Task<SpeechResult> RunAsync(JobRun<SpeakShot> run, CancellationToken cancellationToken) => stage.RunAsync(async workspace =>
    {
        var plan = run.Params.Deserialize<SpeechPlan>(VideoJson.Options)!;
        var timingKey = VideoKeys.Speech(plan.Hash);
        if (await store.HeadAsync(timingKey, cancellationToken) is not null)
        {
            await using var stored = await store.GetAsync(timingKey, null, cancellationToken);
            return (await JsonSerializer.DeserializeAsync<SpeechResult>(stored.Stream, VideoJson.Options, cancellationToken))!;
        }

        var speech = await voice.SpeakAsync(plan.Shot, plan.Options, workspace, cancellationToken);
        var key = speech.Draft ? VideoKeys.DraftSound(run.JobId) : VideoKeys.Sound(plan.Hash, run.JobId);
        var result = new SpeechResult(key, speech.Seconds, speech.Words, speech.Draft);
        await store.PutFileAsync(result.Key, speech.Path, new() { ContentType = "audio/wav" }, cancellationToken);
        // What a provider could not do may be done better another time.
        if (!speech.Draft)
        {
            using var timing = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(result, VideoJson.Options));
            await store.PutAsync(timingKey, timing, new() { ContentType = "application/json" }, cancellationToken);
        }

        return result;
    });
}
