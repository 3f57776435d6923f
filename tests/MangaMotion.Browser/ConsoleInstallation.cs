using System.IO.Compression;
using MangaMotion.Acceptance;
using MangaMotion.Api;
using MangaMotion.Client;
using MangaMotion.TestSupport;
using Microsoft.Playwright;

namespace MangaMotion.Browser;

/// <summary>Services with a console, and one browser: Debian's chromium. Shared by all tests.</summary>
public sealed class ConsoleInstallation : IAsyncLifetime
{
    public const string Key = "browser-tests-first-key";

    private readonly string _folder = Directory.CreateTempSubdirectory("mangamotion-browser-").FullName;
    private readonly TestStack _stack = new();
    private readonly List<IAsyncDisposable> _parts = [];
    private Dictionary<string, string> _servers = [];
    private IPlaywright? _playwright;
    private VideoStatus? _sample;
    private ServiceProcess? _thumbnails;

    public IBrowser Browser { get; private set; } = null!;

    /// <summary>Address of the console.</summary>
    public Uri Address { get; private set; } = null!;

    public MangaMotionClient Api { get; private set; } = null!;

    public Uri ApiAddress { get; private set; } = null!;

    /// <summary>Pages of the bundled chapter.</summary>
    public IReadOnlyList<byte[]> Pictures { get; } = ReadPictures();

    public async ValueTask InitializeAsync()
    {
        var database = await _stack.CreateDatabaseAsync();
        var virtualHost = await _stack.CreateVirtualHostAsync();
        _parts.AddRange([database, virtualHost]);
        _servers = new()
        {
            ["ConnectionStrings__Postgres"] = database.ConnectionString,
            ["ConnectionStrings__RabbitMq"] = virtualHost.AmqpUri.ToString(),
            ["Storage__Kind"] = "disk",
            ["Storage__Disk__Root"] = Path.Combine(_folder, "store"),
            ["Media__ScratchDirectory"] = Path.Combine(_folder, "scratch"),
            ["MANGAMOTION_API_KEY"] = Key,
        };
        var ingest = await StartAsync("MangaMotion.Ingest", _servers);
        ApiAddress = ingest.Address;
        Api = MangaMotionClient.Create(ingest.Address, Key);
        var console = StartConsoleAsync(ingest.Address);
        await Task.WhenAll(console, StartThumbnailsAsync(), StartAsync("MangaMotion.VideoPipeline", _servers));
        Address = (await console).Address;

        _playwright = await Playwright.CreateAsync();
        string[] sandbox = Environment.IsPrivilegedProcess ? ["--no-sandbox"] : [];
        Browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = "/usr/bin/chromium", Args = sandbox });
    }

    /// <summary>Starts a console. Consoles of one installation share the keys of the sessions.</summary>
    public Task<ServiceProcess> StartConsoleAsync(Uri api, int? port = null)
    {
        var settings = new Dictionary<string, string>
        {
            ["Console__ApiUrl"] = api.ToString(),
            ["Console__DataProtection__Directory"] = Path.Combine(_folder, "keys"),
        };
        return StartAsync("MangaMotion.Console", Listen(settings, port));
    }

    /// <summary>Folder with the originals in the object store.</summary>
    public string Originals => Path.Combine(_folder, "store", "originals");

    /// <summary>Counts the spoken lines and the rendered segments of all videos.</summary>
    public (int Lines, int Segments) CountParts()
    {
        return (Count("speech.json"), Count("segment.mp4"));

        // The store adds a mark to the names of its files.
        int Count(string name) =>
            Directory.GetFiles(Path.Combine(_folder, "store", "shots"), $"{name}?", SearchOption.AllDirectories).Length;
    }

    public async Task StartThumbnailsAsync() => _thumbnails = await StartAsync("MangaMotion.Thumbnail", _servers);

    public Task KillThumbnailsAsync() => _thumbnails!.KillAsync();

    /// <summary>Starts a second API on the same database.</summary>
    public Task<ServiceProcess> StartApiAsync(int? port = null, string? corsOrigins = null)
    {
        var settings = new Dictionary<string, string>(_servers);
        if (corsOrigins is not null)
            settings["Cors__Origins"] = corsOrigins;
        return StartAsync("MangaMotion.Ingest", Listen(settings, port));
    }

    /// <summary>Writes a chapter with the bundled pages and a file that is no page, for its size.</summary>
    /// <returns>Path of the file.</returns>
    public string WriteChapter(string name, int bytes)
    {
        var path = Path.Combine(_folder, name);
        var padding = new byte[bytes];
        new Random(1).NextBytes(padding);
        using var chapter = ZipFile.Open(path, ZipArchiveMode.Create);
        foreach (var (i, picture) in Pictures.Index())
            Write($"page-{i}.webp", picture);
        Write("notes.bin", padding);
        return path;

        void Write(string entry, byte[] content)
        {
            using var stream = chapter.CreateEntry(entry, CompressionLevel.NoCompression).Open();
            stream.Write(content);
        }
    }

    /// <summary>Opens a page in a session of its own, logged in with a key.</summary>
    public async Task<ConsolePage> LogInAsync(string key = Key, PageOptions? options = null, Uri? console = null)
    {
        var page = await ConsolePage.OpenAsync(Browser, console ?? Address, options ?? new());
        await page.GoAsync("/login");
        await page.Page.FillAsync("#key", key);
        await page.Page.ClickAsync("#login button");
        await page.Page.WaitForURLAsync("**/videos");
        return page;
    }

    /// <summary>Creates a key of a new owner, or of the first key's owner.</summary>
    public async Task<ApiKeyCreated> CreateKeyAsync(Guid? owner, params string[] scopes) =>
        await Api.CreateApiKeyAsync(new("browser test", scopes, owner));

    /// <summary>Makes the video of the bundled chapter, once for all tests.</summary>
    public async Task<VideoStatus> GetSampleVideoAsync()
    {
        if (_sample is null)
        {
            var files = Pictures.Select((picture, i) => new FileToSend($"page-{i + 1}.webp", () => new MemoryStream(picture)));
            var fields = new Dictionary<string, string> { ["title"] = "The Last Lamp", ["direction"] = "ltr", ["size"] = "320x180" };
            var accepted = await Api.CreateVideoAsync(files, fields);
            await Eventually.Until(
                async () => (_sample = await Api.GetVideoAsync(accepted.Id)).Status is JobStatuses.Done or JobStatuses.Failed,
                TimeSpan.FromMinutes(10));
        }

        _sample!.Status.ShouldBe(JobStatuses.Done, _sample.Error);
        return _sample;
    }

    /// <summary>Sends files and waits until all jobs are finished.</summary>
    public static async Task<Guid> IngestAsync(MangaMotionClient client, string collection, params IEnumerable<FileToSend> files)
    {
        var accepted = await client.IngestAsync(files, new Dictionary<string, string> { ["collection"] = collection });
        await Eventually.Until(
            async () => (await client.GetIngestStatusAsync(accepted.JobId)).Status == IngestStatuses.Finished, TimeSpan.FromMinutes(5));
        return accepted.JobId;
    }

    /// <summary>File whose content is no picture.</summary>
    public static FileToSend Corrupt(string name) => new(name, () => new MemoryStream("not a picture at all"u8.ToArray()));

    public async ValueTask DisposeAsync()
    {
        if (Browser is not null)
            await Browser.DisposeAsync();
        _playwright?.Dispose();
        foreach (var part in Enumerable.Reverse(_parts))
            await part.DisposeAsync();
        await _stack.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static Dictionary<string, string> Listen(Dictionary<string, string> settings, int? port)
    {
        if (port is not null)
            settings["Kestrel__Endpoints__Http__Url"] = $"http://127.0.0.1:{port}";
        return settings;
    }

    private static List<byte[]> ReadPictures()
    {
        using var chapter = ZipFile.OpenRead(Repository.PathOf("services/console/MangaMotion.Console/Pages/Creator/the-last-lamp.cbz"));
        return [.. chapter.Entries.Select(entry =>
        {
            using var content = entry.Open();
            using var copy = new MemoryStream();
            content.CopyTo(copy);
            return copy.ToArray();
        })];
    }

    private async Task<ServiceProcess> StartAsync(string assembly, Dictionary<string, string> settings)
    {
        var service = await ServiceProcess.StartAsync(assembly, settings);
        lock (_parts)
            _parts.Add(service);
        return service;
    }
}
