using MangaMotion.Acceptance;
using MangaMotion.TestSupport;

namespace MangaMotion.Clients;

/// <summary>One installation for all generated clients: the API, a thumbnail worker and a video worker.</summary>
public sealed class ApiStack : IAsyncLifetime
{
    /// <summary>Steps that every client reports, in order.</summary>
    public static readonly string[] Steps =
    [
        "2 files done", "JPEG thumbnail", "5 jobs in pages of 2", "unknown_ingest", "canceled", "video stopped after the script",
        "video of an ingest by JSON", "direct upload with a WebP card",
    ];

    private Installation _installation = null!;

    /// <summary>Servers for installations of single tests.</summary>
    public TestStack Servers { get; } = new();

    public Uri Address => _installation.Http.BaseAddress!;

    /// <summary>OpenAPI document as the API serves it.</summary>
    public string Document { get; private set; } = "";

    /// <summary>Folder with the files that the clients send: <c>a.jpg</c>, <c>b.png</c>, <c>page1.png</c>, <c>page2.png</c>.</summary>
    public string Files { get; } = Directory.CreateTempSubdirectory("mangamotion-clients-").FullName;

    public async ValueTask InitializeAsync()
    {
        _installation = await Installation.CreateAsync(Servers);
        await _installation.StartIngestAsync();
        await Task.WhenAll(_installation.StartThumbnailAsync(), _installation.StartVideoAsync());
        Document = await _installation.Http.GetStringAsync("/openapi/v1.json");
        await File.WriteAllTextAsync(Path.Combine(Files, "openapi.json"), Document);
        foreach (var (name, content) in (ReadOnlySpan<(string, byte[])>)
            [("a.jpg", Samples.Jpeg), ("b.png", Samples.Png), ("page1.png", Samples.Page), ("page2.png", Samples.Page)])
        {
            File.WriteAllBytes(Path.Combine(Files, name), content);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _installation.DisposeAsync();
        await Servers.DisposeAsync();
        Directory.Delete(Files, recursive: true);
    }
}
