using System.Net;
using System.Net.Http.Headers;
using System.Text;
using MangaMotion.Api;
using MangaMotion.Client;
using MangaMotion.Media.Tests;
using MangaMotion.TestSupport;

namespace MangaMotion.Acceptance;

public sealed class ThumbnailTests(TestStack stack) : IAsyncLifetime
{
    private Installation _installation = null!;

    public async ValueTask InitializeAsync()
    {
        _installation = await Installation.CreateAsync(stack);
        await Task.WhenAll(_installation.StartIngestAsync(), _installation.StartThumbnailAsync());
    }

    public ValueTask DisposeAsync() => _installation.DisposeAsync();

    [Fact]
    public async Task A_picture_gets_a_preview_and_a_thumbnail()
    {
        var accepted = await _installation.Client.IngestAsync(
            [Samples.Named("harbour.jpg", Samples.Jpeg)], new Dictionary<string, string> { ["collection"] = "voyage" });
        accepted.Status.ShouldBe("accepted");
        accepted.Assets[0].Type.ShouldBe("image/jpeg");

        var status = await _installation.UntilFinishedAsync(accepted.JobId);

        status.Progress.ShouldBe(new IngestProgress(Done: 1, Processing: 0, Queued: 0, Failed: 0, Canceled: 0, Total: 1));
        status.Collection.ShouldBe("voyage");
        var asset = status.Assets[0];
        asset.Attempts.ShouldBe(1);
        var result = asset.Result!.Value;
        result.GetProperty("width").GetInt32().ShouldBe(2400);
        result.GetProperty("thumbhash").GetString().ShouldNotBeNullOrEmpty();
        var files = result.GetProperty("files").EnumerateArray().ToDictionary(file => file.GetProperty("variant").GetString()!);
        files["preview"].GetProperty("width").GetInt32().ShouldBe(1280);
        files["thumbnail"].GetProperty("width").GetInt32().ShouldBe(320);
        (await _installation.Client.GetAssetAsync(asset.AssetId, "original")).ShouldBe(Samples.Jpeg);
        foreach (var variant in (string[])["preview", "thumbnail"])
        {
            var bytes = await _installation.Client.GetAssetAsync(asset.AssetId, variant);
            bytes[..3].ShouldBe([0xFF, 0xD8, 0xFF]);
            Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes)).ShouldBe(
                files[variant].GetProperty("sha256").GetString());
        }

        var job = await _installation.Client.GetJobAsync(asset.JobId);
        job.Status.ShouldBe("DONE");
        job.History.Select(attempt => attempt.Outcome).ShouldBe(["done"]);
    }

    [Fact]
    public async Task Bad_files_fail_at_once_with_a_reason_and_a_good_file_beside_them_is_done()
    {
        var accepted = await _installation.Client.IngestAsync(
        [
            Samples.Named("cut.jpg", Samples.Jpeg[..9_000]),
            Samples.Named("notes.jpg", Encoding.UTF8.GetBytes("not a picture at all")),
            Samples.Named("empty.png", []),
            Samples.Named("good.png", Samples.Png),
        ]);

        var status = await _installation.UntilFinishedAsync(accepted.JobId);

        status.Progress.Done.ShouldBe(1);
        status.Progress.Failed.ShouldBe(3);
        status.Assets.Select(asset => asset.Status).ShouldBe(["FAILED", "FAILED", "FAILED", "DONE"]);
        status.Assets[0].Error!.ShouldContain("damaged or cut short");
        status.Assets[1].Error!.ShouldContain("text file");
        status.Assets[2].Error!.ShouldContain("empty file");
        status.Assets.ShouldAllBe(asset => asset.Attempts == 1);
        (await _installation.ScalarAsync<long>("select count(*) from failed_jobs where resolved_at is null "
            + "and error_queue = 'thumbnail_error'")).ShouldBe(3);
        await Eventually.Until(async () => await _installation.ScalarAsync<long>("select count(*) from outbox") == 0);
    }

    [Fact]
    public async Task Every_kind_of_file_gets_its_derivatives()
    {
        var accepted = await _installation.Client.IngestAsync(
        [
            Samples.Named("clip.mkv", Samples.Matroska()), Samples.Named("tone.flac", Samples.Flac()),
            Samples.Named("paper.pdf", Samples.Pdf()),
            Samples.Named("moving.gif", Samples.Gif()), Samples.Named("photo.jpg", Samples.Jpeg),
            Samples.Named("song.mp3", Samples.Mp3WithCover()),
        ]);

        var assets = await _installation.UntilMediaAsync(accepted.JobId);

        assets.ShouldAllBe(asset => asset.Status == "DONE", string.Join("; ", assets.Select(asset => asset.Error)));
        var (clip, tone, paper, moving, song) = (
            assets[0].Result!.Value, assets[1].Result!.Value, assets[2].Result!.Value, assets[3].Result!.Value, assets[5].Result!.Value);
        Variants(clip).ShouldBe(["preview", "thumbnail"]);
        clip.GetProperty("duration").GetDouble().ShouldBe(2, tolerance: 0.2);
        clip.GetProperty("video_codec").GetString().ShouldBe("h264");
        Variants(tone).ShouldBe(["waveform", "peaks"], ignoreOrder: true);
        tone.GetProperty("duration").GetDouble().ShouldBe(3, tolerance: 0.1);
        Variants(paper).ShouldBe(["preview", "thumbnail"]);
        paper.GetProperty("pages").GetInt32().ShouldBe(2);
        Variants(moving).ShouldBe(["preview", "thumbnail", "animation"]);
        moving.GetProperty("frames").GetInt32().ShouldBe(10);
        Variants(song).ShouldBe(["waveform", "peaks", "cover"], ignoreOrder: true);
        (await _installation.Client.GetAssetAsync(assets[1].AssetId, "waveform"))[1..4].ShouldBe("PNG"u8.ToArray());

        var read = SampleMedia.Analyse(Samples.Matroska(), "mkv");
        read.Duration.TotalSeconds.ShouldBe(clip.GetProperty("duration").GetDouble(), 0.1);
        var (picture, voice) = (read.PrimaryVideoStream.ShouldNotBeNull(), read.PrimaryAudioStream.ShouldNotBeNull());
        (picture.CodecName, picture.Width, picture.Height, voice.CodecName).ShouldBe((
            clip.GetProperty("video_codec").GetString(), clip.GetProperty("width").GetInt32(), clip.GetProperty("height")
                .GetInt32(), clip.GetProperty("audio_codec").GetString()));
        SampleMedia.Analyse(Samples.Flac(), "flac").Duration.TotalSeconds.ShouldBe(tone.GetProperty("duration").GetDouble(), 0.05);
        SampleMedia.Analyse(Samples.Mp3WithCover(), "mp3").Duration.TotalSeconds.ShouldBe(song.GetProperty("duration").GetDouble(), 0.1);
        foreach (var asset in assets)
        {
            foreach (var file in asset.Result!.Value.GetProperty("files").EnumerateArray().Where(
                file => file.GetProperty("content_type").GetString() is "image/jpeg" or "image/png"))
            {
                var made =
                    SampleMedia.Analyse(await _installation.Client.GetAssetAsync(asset.AssetId, file.GetProperty("variant").GetString()!),
                        "img").PrimaryVideoStream.ShouldNotBeNull();
                (made.Width, made.Height).ShouldBe(
                    (file.GetProperty("width").GetInt32(), file.GetProperty("height").GetInt32()), $"{asset.Name}: {file}");
            }
        }

        static string?[] Variants(System.Text.Json.JsonElement result) =>
            [.. result.GetProperty("files").EnumerateArray().Select(file => file.GetProperty("variant").GetString())];
    }

    [Fact]
    public async Task Parameters_choose_size_format_and_background()
    {
        var accepted = await _installation.Client.IngestAsync(
            [Samples.Named("a.jpg", Samples.Jpeg)],
            new Dictionary<string, string>
            {
                ["params"] = """{"preview_size": 600, "thumbnail_size": 64, "format": "webp", "quality": 70}""",
                ["priority"] = "high",
            });

        var asset = (await _installation.UntilMediaAsync(accepted.JobId))[0];

        var files = asset.Result!.Value.GetProperty("files").EnumerateArray().ToArray();
        files.Select(file => file.GetProperty("width").GetInt32()).ShouldBe([600, 64]);
        files.ShouldAllBe(file => file.GetProperty("content_type").GetString() == "image/webp");
        (await _installation.Client.GetJobAsync(asset.JobId)).Priority.ShouldBe("high");
    }

    [Fact]
    public async Task A_download_answers_ranges_and_is_never_shown_as_a_page()
    {
        var accepted = await _installation.Client.IngestAsync([Samples.Named("page.html", Samples.Png)]);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/assets/{accepted.Assets[0].AssetId}/original");
        request.Headers.Add("X-Api-Key", Installation.Key);
        request.Headers.Range = new RangeHeaderValue(10, 19);

        using var response = await _installation.Http.SendAsync(request);

        response.StatusCode.ShouldBe(HttpStatusCode.PartialContent);
        (await response.Content.ReadAsByteArrayAsync()).ShouldBe(Samples.Png[10..20]);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("image/png");
        response.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
        response.Content.Headers.ContentDisposition!.DispositionType.ShouldBe("attachment");
    }

    [Fact]
    public async Task A_failed_job_can_be_replayed_and_a_finished_job_cannot()
    {
        var accepted = await _installation.Client.IngestAsync(
            [Samples.Named("notes.jpg", Encoding.UTF8.GetBytes("text")), Samples.Named("good.png", Samples.Png)]);
        var assets = (await _installation.UntilFinishedAsync(accepted.JobId)).Assets;

        await _installation.Client.ReplayJobAsync(assets[0].JobId);
        await _installation.UntilFinishedAsync(accepted.JobId);

        // Two attempts, of which the replay counts only its own.
        var again = await _installation.Client.GetJobAsync(assets[0].JobId);
        (again.Attempts, again.History.Count).ShouldBe((1, 2));
        (await _installation.ScalarAsync<long>("select count(*) from failed_jobs where resolved_at is null")).ShouldBe(1);
        var refused = await Should.ThrowAsync<MangaMotionException>(_installation.Client.ReplayJobAsync(assets[1].JobId));
        refused.Problem.Code.ShouldBe("job_is_not_failed");
        (await Should.ThrowAsync<MangaMotionException>(_installation.Client.CancelJobAsync(assets[1].JobId))).Problem.Status.ShouldBe(409);
    }

    [Fact]
    public async Task A_scheduled_ingest_waits_and_can_be_canceled()
    {
        var accepted = await _installation.Client.IngestAsync(
            [Samples.Named("later.png", Samples.Png)],
            new Dictionary<string, string> { ["not_before"] = DateTimeOffset.UtcNow.AddHours(1).ToString("O") });
        var asset = (await _installation.Client.GetIngestStatusAsync(accepted.JobId)).Assets[0];
        asset.Status.ShouldBe("UPLOADED");

        (await _installation.Client.CancelJobAsync(asset.JobId)).Status.ShouldBe("CANCELED");

        var status = await _installation.Client.GetIngestStatusAsync(accepted.JobId);
        status.Status.ShouldBe("finished");
        status.Progress.Canceled.ShouldBe(1);
    }
}
