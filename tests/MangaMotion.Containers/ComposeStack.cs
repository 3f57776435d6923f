using System.Globalization;
using MangaMotion.Acceptance;
using MangaMotion.Client;
using MangaMotion.TestSupport;

namespace MangaMotion.Containers;

/// <summary>The compose file as it is shipped, as a project of its own on free ports. Removed with its images and volumes.</summary>
public sealed class ComposeStack(DockerEngine docker) : IAsyncLifetime
{
    private const string ApiKey = "mm_containers_test_key";

    /// <summary>Generous: only a failing test uses it up.</summary>
    private static readonly TimeSpan JobTimeout = TimeSpan.FromMinutes(10);

    private readonly string _project = $"mangamotion-test-{Environment.ProcessId}";
    private readonly Dictionary<string, string> _settings = new()
    {
        ["MANGAMOTION_API_KEY"] = ApiKey,
        ["MANGAMOTION_PORT"] = $"{Loopback.FindFreePort()}",
        ["MANGAMOTION_RABBITMQ_PORT"] = $"{Loopback.FindFreePort()}",
        ["MANGAMOTION_S3_PORT"] = $"{Loopback.FindFreePort()}",
    };

    public DockerEngine Docker => docker;

    public MangaMotionClient Client { get; private set; } = null!;

    /// <summary>The network of the servers, which leads nowhere else.</summary>
    public string Network => $"{_project}_inside";

    public async ValueTask InitializeAsync()
    {
        await ComposeAsync("build");
        await UpAsync();
        Client = MangaMotionClient.Create(new Uri($"http://127.0.0.1:{_settings["MANGAMOTION_PORT"]}"), ApiKey);
    }

    /// <summary>Starts what is missing and waits until all is healthy.</summary>
    public Task<string> UpAsync(params string[] options) => ComposeAsync(["up", "--no-build", "--wait", .. options]);

    public Task<string> ComposeAsync(params string[] arguments) =>
        docker.RunAsync(_settings, ["compose", "--project-name", _project, .. arguments]);

    /// <summary>Runs the command line of this clone with database and store of the stack, as docs/operations.md describes.</summary>
    /// <returns>Both outputs together.</returns>
    public async Task<string> RunToolAsync(params string[] arguments)
    {
        var address = await docker.RunAsync(
            _settings, "inspect", "--format", "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}", Container("postgres"));
        var settings = new Dictionary<string, string>
        {
            ["ConnectionStrings__Postgres"] =
                $"Host={address.Trim()};Database=mangamotion;Username=mangamotion;Password=mangamotion",
            ["Storage__Kind"] = "s3",
            ["S3_ENDPOINT"] = $"http://127.0.0.1:{_settings["MANGAMOTION_S3_PORT"]}",
            ["S3_BUCKET"] = "mangamotion",
            ["S3_ACCESS_KEY"] = "mangamotion",
            ["S3_SECRET_KEY"] = "mangamotion",
        };
        return await docker.RunToolAsync(settings, arguments);
    }

    /// <summary>Counts the jobs that are waiting or running.</summary>
    public async Task<int> CountUnfinishedJobsAsync()
    {
        const string Sql = "select count(*) from jobs where status in ('UPLOADED', 'PROCESSING')";
        var count = await ComposeAsync("exec", "-T", "postgres", "psql", "-qAtU", "mangamotion", "-c", Sql, "mangamotion");
        return int.Parse(count, CultureInfo.InvariantCulture);
    }

    public string Image(string service) => $"{_project}-{service}";

    public string Container(string service, int number = 1) => $"{_project}-{service}-{number}";

    /// <summary>Submits an image, a PDF, a video, a sound, records and a chapter; all of them are processed.</summary>
    public async Task ProcessEveryMediumAsync()
    {
        var files = await Client.IngestAsync(
        [
            Samples.Named("photo.jpg", Samples.Jpeg),
            Samples.Named("page.png", Samples.Png),
            Samples.Named("moving.gif", Samples.Gif()),
            Samples.Named("book.pdf", Samples.Pdf()),
            Samples.Named("clip.mkv", Samples.Matroska()),
            Samples.Named("tone.flac", Samples.Flac()),
        ]);
        var payload = """[{"title":"One","pages":20},{"title":"Two","pages":24}]"""u8.ToArray();
        var records = await Client.IngestRecordsAsync(new MemoryStream(payload));
        var chapter = new Dictionary<string, string> { ["size"] = "320x180", ["direction"] = "ltr" };
        var video = await Client.CreateVideoAsync([Samples.Named("1.png", Samples.Page), Samples.Named("2.png", Samples.Page)], chapter);

        await UntilDoneAsync(files.JobId, 6);
        await UntilDoneAsync(records.JobId, 1);
        (await Client.GetRecordsAsync(records.JobId)).Records.Count.ShouldBe(2);

        await Eventually.Until(
            async () => (await Client.GetVideoAsync(video.Id)).Status is "DONE" or "FAILED", JobTimeout, "the video is finished");
        var finished = await Client.GetVideoAsync(video.Id);
        finished.Status.ShouldBe("DONE", finished.Error);
        using var film = new MemoryStream();
        await Client.CopyVideoFileAsync(video.Id, "video", film);
        film.ToArray().AsSpan(4, 4).SequenceEqual("ftyp"u8).ShouldBeTrue("the video is no MP4");
    }

    /// <summary>Submits images.</summary>
    /// <returns>Id of the ingest.</returns>
    public async Task<Guid> SubmitImagesAsync(int count) =>
        (await Client.IngestAsync(Enumerable.Range(1, count).Select(number => Samples.Named($"{number}.jpg", Samples.Jpeg)))).JobId;

    /// <summary>Waits for the end of an ingest, and asserts that every file or payload of it is done.</summary>
    public async Task UntilDoneAsync(Guid ingest, int count)
    {
        await Eventually.Until(
            async () => (await Client.GetIngestStatusAsync(ingest)).Status == "finished", JobTimeout, "the ingest is finished");
        var status = await Client.GetIngestStatusAsync(ingest);
        var errors = status.Assets.Where(asset => asset.Error is not null).Select(asset => $"{asset.Name}: {asset.Error}");
        status.Progress.Done.ShouldBe(count, string.Join('\n', errors));
    }

    public async ValueTask DisposeAsync() =>
        await docker.TryAsync(_settings, "compose", "--project-name", _project, "down", "--volumes", "--rmi", "local", "--remove-orphans");
}
