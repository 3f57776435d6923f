using System.Text;
using System.Text.Json;
using MangaMotion.TestSupport;

namespace MangaMotion.Acceptance;

/// <summary>Effects of settings, and the log.</summary>
public sealed class SettingTests(TestStack stack) : IAsyncLifetime
{
    private Installation _installation = null!;

    public async ValueTask InitializeAsync() => _installation = await Installation.CreateAsync(stack);

    public ValueTask DisposeAsync() => _installation.DisposeAsync();

    [Fact]
    public async Task A_file_over_a_limit_fails_permanently_with_the_limit_and_the_excess()
    {
        await _installation.StartIngestAsync();
        await _installation.StartThumbnailAsync(
            ("Media__Limits__Bytes", "1000000"), ("Media__Limits__Pixels", "2000000"), ("Media__Limits__Frames", "5"),
            ("Media__Limits__Pages", "1"), ("Media__Limits__Seconds", "1"));

        var status = await _installation.UntilFinishedAsync((await _installation.Client.IngestAsync(
        [
            Samples.Named("bytes.jpg", [.. Samples.Jpeg, .. new byte[1_000_001 - Samples.Jpeg.Length]]),
            Samples.Named("pixels.jpg", Samples.Jpeg), Samples.Named("frames.gif", Samples.Gif()),
            Samples.Named("pages.pdf", Samples.Pdf()), Samples.Named("seconds.mkv", Samples.Matroska()),
            Samples.Named("seconds.flac", WithoutLength(Samples.Flac())), Samples.Named("seconds.mp3", Samples.Mp3WithCover()),
        ])).JobId);

        status.Assets.Select(asset => asset.Error).ShouldBe(
        [
            "The file has 1,000,001 bytes; 1,000,000 are allowed.",
            "The picture has 3,840,000 pixels; 2,000,000 are allowed.",
            "The GIF has 10 frames; 5 are allowed.",
            "The PDF has 2 pages; 1 are allowed.",
            "The video is 2 s long; 1 s are allowed.",
            "The sound is longer than the 1 s that are allowed.",
            "The sound is longer than the 1 s that are allowed. The file declares 3 s.",
        ]);
        status.Assets.ShouldAllBe(asset => asset.Attempts == 1);
        (await _installation.ScalarAsync<long>("select count(*) from failed_jobs where error_code = 'limit_exceeded'")).ShouldBe(7);
    }

    [Fact]
    public async Task Invalid_settings_end_the_worker_at_its_start_with_their_names()
    {
        var (scratch, grace) = (
            await _installation.RunThumbnailAsync(("Media__ScratchDirectory", "/proc/nowhere")),
            await _installation.RunThumbnailAsync(("Jobs__ShutdownGrace", "00:00:40"), ("Media__Limits__Frames", "0")));

        scratch.ExitCode.ShouldNotBe(0);
        scratch.Output.ShouldContain("The scratch directory /proc/nowhere cannot be used");
        scratch.Output.ShouldContain("set Media__ScratchDirectory to a folder that this user may write to");
        grace.ExitCode.ShouldBe(1);
        grace.Output.ShouldContain("Jobs__ShutdownGrace is '00:00:40' and Bus__StopTimeout '00:00:30'");
        grace.Output.ShouldContain("Bus__StopTimeout must be at least 00:00:45");
        grace.Output.ShouldContain("Frames");
    }

    [Fact]
    public async Task The_log_has_every_failure_with_job_attempt_and_trace_and_no_secret_or_content_of_a_file()
    {
        const string Secret = "the owner's diary of 1987";
        var ingest = await _installation.StartIngestAsync(("Telemetry__LogFormat", "json"));
        var worker = await _installation.StartThumbnailAsync(
            ("Telemetry__LogFormat", "json"), ("MAX_RETRIES", "1"), ("RETRY_DELAY_SECONDS", "0.2"), ("Media__Hosts", "1"),
            ("WORKER_THREADS", "1"));
        var broken = (await _installation.UntilFinishedAsync((await _installation.Client.IngestAsync(
            [Samples.Named("diary.pdf", Encoding.UTF8.GetBytes($"%PDF-1.4 {Secret}")),
                Samples.Named("diary.jpg", Encoding.UTF8.GetBytes(Secret))])).JobId)).Assets;
        await _installation.UntilFinishedAsync((await _installation.Client.IngestAsync([Samples.Named("good.png", Samples.Png)])).JobId);
        await worker.SignalChildrenAsync("KILL", "MangaMotion.MediaHost");
        var repeated = await _installation.Client.IngestAsync([Samples.Named("again.png", Samples.Png)]);
        var retried = (await _installation.UntilFinishedAsync(repeated.JobId)).Assets[0];
        retried.Attempts.ShouldBe(2);

        foreach (var asset in broken.Append(retried))
        {
            // The log arrives through a pipe, later than the status of the job.
            List<JsonElement> lines = [];
            await Eventually.Until(() => (lines = FindLines(asset.JobId)).Count > 0, what: $"the log has {asset.Name}");
            lines.ShouldAllBe(
                line => line.GetProperty("attempt").GetInt32() == 1 && line.GetProperty("trace_id")
                    .GetString()!.Length == 32 && line.GetProperty("worker").GetString()!.StartsWith("thumbnail"));
        }

        var everything = string.Join('\n', [.. ingest.Log, .. worker.Log]);
        foreach (var hidden in (string[])[Secret, Installation.Key, "Password=", "diary"])
            everything.ShouldNotContain(hidden);

        List<JsonElement> FindLines(Guid id) => [.. worker.Log.Select(line => JsonSerializer.Deserialize<JsonElement>(line)).Where(line =>
            line.TryGetProperty("job_id", out var job) && job.GetString() == id.ToString() && line.GetProperty("level")
                .GetString() is "warn" or "error")];
    }

    /// <summary>
    /// Sets the number of samples of a FLAC to 0 (unknown), as a recorder streams it. It is the last 36 bits before the MD5 in STREAMINFO.
    /// </summary>
    private static byte[] WithoutLength(byte[] flac)
    {
        flac[21] &= 0xF0;
        flac.AsSpan(22, 4).Clear();
        return flac;
    }
}
