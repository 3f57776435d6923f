using MangaMotion.Comics.Script;
using MangaMotion.Contracts.Jobs.V1;
using MangaMotion.Contracts.Videos.V1;
using MangaMotion.Integration.Jobs;
using MangaMotion.Jobs;
using MangaMotion.MediaJobs;
using MangaMotion.Storage;
using MangaMotion.TestSupport;
using MangaMotion.VideoPipeline;
using MangaMotion.VideoPipeline.Stages.Compositing;
using MangaMotion.VideoPipeline.Stages.ScriptGen;
using MangaMotion.VideoPipeline.Stages.VideoGen;
using MangaMotion.VideoPipeline.Stages.VoiceGen;
using MangaMotion.Videos;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace MangaMotion.Integration.Videos;

/// <summary>Video workers on real servers with fake stages.</summary>
public sealed class VideoWorld : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mangamotion-video-").FullName;

    private VideoWorld(JobWorld jobs) => Jobs = jobs;

    public JobWorld Jobs { get; }

    public FakeStages Stages { get; } = new();

    private IServiceProvider Services => Jobs.Services;

    public static async Task<VideoWorld> CreateAsync(TestStack stack) => new(await JobWorld.CreateAsync(stack));

    public async Task<WebApplication> StartWorkerAsync(params (string Key, string Value)[] settings)
    {
        var worker = await Jobs.StartAsync(
            builder =>
            {
                builder.AddVideoSaga();
                builder.Services.AddObjectStore(builder.Configuration);
                builder.Services.AddMediaWorker();
                builder.Services.AddSingleton<IScriptGenerator>(Stages);
                builder.Services.AddSingleton<IShotVoice>(Stages);
                builder.Services.AddSingleton<ISegmentRenderer>(Stages);
                builder.Services.AddSingleton<ICompositor>(Stages);
            },
            [
                ("Storage:Kind", "disk"), ("Storage:Disk:Root", Path.Combine(_folder, "store")),
                ("Media:ScratchDirectory", Path.Combine(_folder, "scratch")), ("Retry:Delay", "00:00:00.1"), .. settings,
            ]);
        Stages.Store = worker.Services.GetRequiredService<IObjectStore>();
        return worker;
    }

    /// <summary>Owner of all videos.</summary>
    public Guid Owner { get; } = Guid.NewGuid();

    /// <summary>Reads a video as its owner sees it.</summary>
    public async Task<VideoDetails> FindAsync(Guid video) =>
        (await Services.GetRequiredService<VideoQuery>().FindAsync(video, Owner, default)).ShouldNotBeNull();

    public async Task<Guid> SubmitAsync(VideoOptions? options = null, Lane lane = Lane.Normal, Guid? owner = null)
    {
        var id = Guid.CreateVersion7();
        var command = new StartVideo { JobId = id, Files = [], Options = options ?? new() { Width = 320, Height = 180 } };
        await Jobs.AcceptAsync([new() { Id = id, Type = VideoJobs.Video, Command = command, Lane = lane, OwnerId = owner ?? Owner }]);
        return id;
    }

    public Task<JobRow> UntilAsync(Guid video, string status) => Jobs.UntilAsync(video, status);

    public Task UntilStateAsync(Guid video, string state) =>
        Eventually.Until(
            async () => await Jobs.ScalarAsync<long>("select count(*) from videos where id = $1 and state = $2", video, state) == 1,
            what: $"video is {state}");

    /// <summary>Reads the composed file: the names of the segments in order.</summary>
    public async Task<string> ReadVideoAsync(Guid video)
    {
        var key = await Jobs.ScalarAsync<string>("select result -> 'files' -> 0 ->> 'key' from jobs where id = $1", video);
        await using var content = await Stages.Store.GetAsync(key, null, default);
        using var reader = new StreamReader(content.Stream);
        return (await reader.ReadToEndAsync()).Replace("\uFEFF", "", StringComparison.Ordinal);
    }

    public async Task<VideoScript> ReadScriptAsync(Guid video) =>
        ScriptJson.Read(
            System.Text.Encoding.UTF8.GetBytes(await Jobs.ScalarAsync<string>("select script::text from videos where id = $1", video)));

    /// <returns>True if the edit waits until the video is finished.</returns>
    public async Task<bool> EditAsync(Guid video, Func<ScriptShot, ScriptShot> edit)
    {
        var done = await Services.GetRequiredService<VideoEdits>().EditScriptAsync(
            video, script => script with { Shots = [.. script.Shots.Select(edit)] }, default);
        return done.ShouldNotBeNull().IsQueued;
    }

    public Task<ShotRequest> PreviewAsync(Guid video, string shot) =>
        Services.GetRequiredService<VideoEdits>().PreviewShotAsync(video, shot, default);

    /// <summary>Waits until a shot of the newest script has its picture.</summary>
    public Task UntilPreviewedAsync(Guid video, string shot) => Eventually.Until(
        async () => (await FindAsync(video)).Shots.GetValueOrDefault(shot) is { HasSegment: true, IsNewest: true },
        what: $"shot {shot} is made");

    /// <summary>Deletes the parts of compositions that newer ones replaced.</summary>
    /// <returns>Keys of their files.</returns>
    public async Task<IReadOnlyList<string>> TakeOldFilesAsync()
    {
        await using var connection = await Services.GetRequiredService<NpgsqlDataSource>().OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var keys = await OldCompositions.TakeAsync(connection, transaction, DateTimeOffset.UtcNow.AddMinutes(5), 100, default);
        await transaction.CommitAsync();
        return keys;
    }

    public Task<MangaMotion.Jobs.Replays.JobChange> ApproveAsync(Guid video) =>
        Services.GetRequiredService<VideoEdits>().ApproveAsync(video, default);

    /// <summary>Sends the events of the video again, as a broker may.</summary>
    public async Task RepeatEventsAsync(Guid video, int times)
    {
        var bus = Services.GetRequiredService<IBus>();
        var endpoint = await bus.GetSendEndpoint(JobType.AddressOf("video"));
        var part = await Jobs.ScalarAsync<Guid>("select coalesce((select id from jobs where parent_id = $1 limit 1), $1)", video);
        for (var i = 0; i < times; i++)
        {
            await endpoint.Send(new PartEnded { JobId = video, PartId = part });
            await endpoint.Send(new StartVideo { JobId = video, Files = [], Options = new() { Width = 320, Height = 180 } });
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Jobs.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
