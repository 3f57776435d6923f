using System.IO.Compression;
using System.Text;
using System.Text.Json;
using MangaMotion.Api;
using MangaMotion.Client;
using MangaMotion.Media.Tests;
using MangaMotion.TestSupport;

namespace MangaMotion.Acceptance;

/// <summary>Variants that callers choose, and covers of chapters in archives.</summary>
public sealed class VariantTests(TestStack stack) : IAsyncLifetime
{
    private const string Set =
        """
        [{"name":"card","longest_side":640,"format":"webp"},{"name":"square","longest_side":200,"fit":"crop","quality":90},
         {"name":"small-avif","longest_side":100,"format":"avif","fit":"crop"}]
        """;

    private Installation _installation = null!;

    private MangaMotionClient Client => _installation.Client;

    public async ValueTask InitializeAsync()
    {
        _installation = await Installation.CreateAsync(stack);
        await Task.WhenAll(_installation.StartIngestAsync(), _installation.StartThumbnailAsync());
    }

    public ValueTask DisposeAsync() => _installation.DisposeAsync();

    [Fact]
    public async Task Pictures_first_pages_and_posters_get_the_variants_of_the_request()
    {
        var accepted = await Client.IngestAsync(
            [
                Samples.Named("photo.jpg", Samples.Jpeg), Samples.Named("paper.pdf", Samples.Pdf()),
                Samples.Named("clip.mkv", Samples.Matroska()),
                Samples.Named("chapter.cbz", Cbz(("1.png", Samples.Page), ("2.png", Samples.Page))),
            ],
            new Dictionary<string, string> { ["variants"] = Set });

        var assets = await _installation.UntilMediaAsync(accepted.JobId);

        assets.ShouldAllBe(asset => asset.Status == "DONE", string.Join("; ", assets.Select(asset => asset.Error)));
        FilesOf(assets[0]).Select(file => (file.Variant, file.Width, file.Height)).ShouldBe(
            [("preview", 1280, 853), ("thumbnail", 320, 213), ("card", 640, 427), ("square", 200, 200), ("small-avif", 100, 100)]);
        foreach (var asset in assets)
        {
            var files = FilesOf(asset).ToDictionary(file => file.Variant);
            files.Keys.ShouldBe(["preview", "thumbnail", "card", "square", "small-avif"], ignoreOrder: true, asset.Name);
            foreach (var (variant, magic,
                side) in new[] { ("card", "WEBPVP8", 640), ("square", "\u00FF\u00D8\u00FF", 200), ("small-avif", "ftypavif", 100) })
            {
                var file = files[variant];
                using var answer = await _installation.GetAsync(file.Url);
                answer.Content.Headers.ContentType!.MediaType.ShouldBe(file.ContentType);
                Encoding.Latin1.GetString(await answer.Content.ReadAsByteArrayAsync(), 0, 24).ShouldContain(magic);
                Math.Max(file.Width, file.Height).ShouldBeLessThanOrEqualTo(side);
                if (variant != "card")
                    file.Width.ShouldBe(file.Height);
                file.Url.ShouldBe($"/api/v1/assets/{asset.AssetId}/variants/{variant}");
            }
        }

        var jpeg = await Client.GetAssetVariantAsync(assets[0].AssetId, "square");
        SampleMedia.Analyse(jpeg, "jpg").PrimaryVideoStream!.Width.ShouldBe(200);
    }

    [Fact]
    public async Task A_collection_keeps_a_set_for_files_without_one()
    {
        var missing = await Client.GetCollectionVariantsAsync("voyage").ShouldThrowAsync<MangaMotionException>();
        missing.Problem.Code.ShouldBe("no_variants");
        await Client.SetCollectionVariantsAsync("voyage", new([new("card", 640, VariantFormats.Webp)]));
        Dictionary<string, string> voyage = new() { ["collection"] = "voyage" };

        var withSet = await Client.IngestAsync([Samples.Named("a.png", Samples.Png)], voyage);
        var withOwn = await Client.IngestAsync(
            [Samples.Named("b.png", Samples.Png)], new Dictionary<string, string>(voyage) { ["variants"] = "[]" });
        var other = await Client.IngestAsync([Samples.Named("c.png", Samples.Png)]);

        (await NamesAsync(withSet)).ShouldBe(["preview", "thumbnail", "card"]);
        (await NamesAsync(withOwn)).ShouldBe(["preview", "thumbnail"]);
        (await NamesAsync(other)).ShouldBe(["preview", "thumbnail"]);
        (await Client.GetCollectionVariantsAsync("voyage")).Variants.ShouldHaveSingleItem().Name.ShouldBe("card");
        var foreign = await Client.CreateApiKeyAsync(new("Acme", ["read"], Guid.NewGuid()));
        var acme = MangaMotionClient.Create(_installation.Http.BaseAddress!, foreign.Key);
        (await acme.GetCollectionVariantsAsync("voyage").ShouldThrowAsync<MangaMotionException>()).Problem.Code.ShouldBe("no_variants");
        var refused = await Client.SetCollectionVariantsAsync("voyage", new([new("preview", 640)]))
            .ShouldThrowAsync<MangaMotionException>();
        refused.Problem.Code.ShouldBe("invalid_variants");
        refused.Problem.Detail!.ShouldBe(
            "The name 'preview' of a variant is reserved. Use a name other than original, preview, thumbnail, waveform, "
                + "peaks, cover, animation.");
    }

    [Fact]
    public async Task An_invalid_set_is_rejected_and_an_unknown_variant_is_not_found()
    {
        var nine = JsonSerializer.Serialize(Enumerable.Range(0, 9).Select(i => new Variant($"v{i}", 64)), ApiJson.Options);

        var refused = await Client.IngestAsync(
            [Samples.Named("a.png", Samples.Png)],
            new Dictionary<string, string> { ["variants"] = nine }).ShouldThrowAsync<MangaMotionException>();

        refused.Problem.Detail!.ShouldBe("variants has 9 entries; at most 8 are allowed.");
        using var request = new HttpRequestMessage(HttpMethod.Put, "/api/v1/collections/voyage/variants")
        {
            Content = new StringContent("""{"variants":[{"name":"a","longest_side":"big"}]}""", Encoding.UTF8, "application/json"),
            Headers = { { "X-Api-Key", Installation.Key } },
        };
        using var answer = await _installation.Http.SendAsync(request);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("the value at $.variants[0].longest_side has the wrong type.");
        (await Client.GetAssetVariantAsync(Guid.NewGuid(), "card").ShouldThrowAsync<MangaMotionException>()).Problem.Code.ShouldBe(
            "unknown_variant");
    }

    [Fact]
    public async Task A_chapter_in_an_archive_gets_a_cover_and_a_page_count_and_the_answer_names_videos()
    {
        var accepted = await Client.IngestAsync(
        [
            Samples.Named("chapter.cbz", Cbz(("2.png", Samples.Png), ("1.png", Samples.Page), ("3.png", Samples.Png))),
            Samples.Named("torn.zip", Cbz(("1.png", [1, 2, 3]), ("2.png", Samples.Page))),
            Samples.Named("letters.zip", Cbz(("a.txt", [65, 66]))),
            Samples.Named("a.png", Samples.Png),
        ]);
        accepted.Assets.Select(asset => asset.VideosUrl).ShouldBe(["/api/v1/videos", "/api/v1/videos", "/api/v1/videos", null]);

        var assets = (await _installation.UntilFinishedAsync(accepted.JobId)).Assets;

        assets.Select(asset => asset.Status).ShouldBe(["DONE", "DONE", "FAILED", "DONE"]);
        var (chapter, torn) = (assets[0].Result!.Value, assets[1].Result!.Value);
        (chapter.GetProperty("pages").GetInt32(), chapter.GetProperty("width").GetInt32(), chapter.GetProperty("height").GetInt32())
            .ShouldBe((3, 900, 1280));
        FilesOf(assets[0]).Select(file => file.Variant).ShouldBe(["preview", "thumbnail"]);
        chapter.GetProperty("notes")[0].GetString()!.ShouldContain("POST /api/v1/videos");
        torn.GetProperty("notes")[0].GetString().ShouldBe("The cover is page 2, the first page that can be read.");
        assets[2].Error!.ShouldContain("There is no page in the chapter");
        assets.Select(asset => asset.VideosUrl).ShouldBe(["/api/v1/videos", "/api/v1/videos", "/api/v1/videos", null]);
    }

    private async Task<string[]> NamesAsync(IngestStatus ingest) =>
        [.. FilesOf((await _installation.UntilMediaAsync(ingest.JobId)).ShouldHaveSingleItem()).Select(file => file.Variant)];

    private static DerivedFile[] FilesOf(AssetStatus asset) =>
        asset.Result!.Value.GetProperty("files").Deserialize<DerivedFile[]>(ApiJson.Options)!;

    private static byte[] Cbz(params (string Name, byte[] Content)[] pages)
    {
        using var bytes = new MemoryStream();
        using (var archive = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in pages)
            {
                using var entry = archive.CreateEntry(name).Open();
                entry.Write(content);
            }
        }

        return bytes.ToArray();
    }

    private sealed record DerivedFile(string Variant, string Url, string ContentType, int Width, int Height);
}
