using System.Text;
using System.Text.Json;
using MangaMotion.TestSupport;

namespace MangaMotion.Acceptance;

/// <summary>What an operator sets is what happens, and what the log tells of it.</summary>
public sealed class SettingTests(TestStack stack) : IAsyncLifetime
{
    private Installation _installation = null!;

    public async ValueTask InitializeAsync() => _installation = await Installation.CreateAsync(stack);

    public ValueTask DisposeAsync() => _installation.DisposeAsync();

    [Fact]
    public async Task Over_a_limit_a_file_fails_for_good_and_its_error_says_which_limit_and_by_how_much()
    {
        await _installation.StartIngestAsync();
        await _installation.StartThumbnailAsync(
            ("Media__Limits__Bytes", "1000000"), ("Media__Limits__Pixels", "2000000"), ("Media__Limits__Frames", "5"), ("Media__Limits__Pages", "1"), ("Media__Limits__Seconds", "1"));

        var status = await _installation.UntilFinishedAsync((await _installation.Client.IngestAsync(
        [
            Samples.Named("bytes.jpg", [.. Samples.Jpeg, .. new byte[1_000_001 - Samples.Jpeg.Length]]), Samples.Named("pixels.jpg", Samples.Jpeg), Samples.Named("frames.gif", Samples.Gif()),
            Samples.Named("pages.pdf", Samples.Pdf()), Samples.Named("seconds.mkv", Samples.Matroska()), Samples.Named("seconds.flac", WithoutLength(Samples.Flac())), Samples.Named("seconds.mp3", Samples.Mp3WithCover()),
        ])).JobId);

        status.Assets.Select(asset => asset.Error).ShouldBe(
        [
            "The file has 1,000,001 bytes; 1,000,000 are allowed.",
            "The picture has 3,840,000 pixels; 2,000,000 are allowed.",
            "The GIF has 10 frames; 5 are allowed.",
            "The PDF has 2 pages; 1 are allowed.",
            "The video is 2 s long; 1 s are allowed.",
            "The sound is longer than the 1 s that are allowed.",
            "The sound is longer than the 1 s that are allowed. It says that it has 3 s.",
        ]);
        status.Assets.ShouldAllBe(asset => asset.Attempts == 1);
        (await _installation.ScalarAsync<long>("select count(*) from failed_jobs where error_code = 'limit_exceeded'")).ShouldBe(7);
    }

    [Fact]
    public async Task Settings_of_no_use_end_the_worker_at_its_start_with_their_names()
    {
        var (scratch, grace) = (
            await _installation.RefuseThumbnailAsync(("Media__ScratchDirectory", "/proc/nowhere")),
            await _installation.RefuseThumbnailAsync(("Jobs__ShutdownGrace", "00:00:40"), ("Media__Limits__Frames", "0")));

        scratch.ExitCode.ShouldNotBe(0);
        scratch.Output.ShouldContain("The scratch directory /proc/nowhere cannot be used");
        scratch.Output.ShouldContain("set Media__ScratchDirectory to a folder that this user may write to");
        grace.ExitCode.ShouldBe(1);
        grace.Output.ShouldContain("Jobs__ShutdownGrace is '00:00:40' and Bus__StopTimeout '00:00:30'");
        grace.Output.ShouldContain("Bus__StopTimeout must be at least 00:00:45");
        grace.Output.ShouldContain("Frames");
    }

    [Fact]
    public async Task The_log_tells_of_every_failure_by_job_attempt_and_trace_and_never_a_secret_or_what_is_in_a_file()
    {
        const string Secret = "the owner's diary of 1987";
        var ingest = await _installation.StartIngestAsync(("Telemetry__LogFormat", "json"));
        var worker = await _installation.StartThumbnailAsync(
            ("Telemetry__LogFormat", "json"), ("MAX_RETRY_ATTEMPTS", "2"), ("RETRY_DELAY_SECONDS", "0.2"), ("Media__Hosts", "1"), ("Jobs__Concurrency", "1"));
        var broken = (await _installation.UntilFinishedAsync((await _installation.Client.IngestAsync(
            [Samples.Named("diary.pdf", Encoding.UTF8.GetBytes($"%PDF-1.4 {Secret}")), Samples.Named("diary.jpg", Encoding.UTF8.GetBytes(Secret))])).JobId)).Assets;
        await _installation.UntilFinishedAsync((await _installation.Client.IngestAsync([Samples.Named("good.png", Samples.Png)])).JobId);
        await worker.SignalChildrenAsync("KILL", "MangaMotion.MediaHost");
        var retried = (await _installation.UntilFinishedAsync((await _installation.Client.IngestAsync([Samples.Named("again.png", Samples.Png)])).JobId)).Assets[0];
        retried.Attempts.ShouldBe(2);

        foreach (var asset in broken.Append(retried))
        {
            // The log comes through a pipe, later than the answer about the job.
            List<JsonElement> told = [];
            await Eventually.Until(() => (told = Told(asset.JobId)).Count > 0, what: $"the log tells of {asset.Name}");
            told.ShouldAllBe(line => line.GetProperty("attempt").GetInt32() == 1 && line.GetProperty("trace_id").GetString()!.Length == 32 && line.GetProperty("worker").GetString()!.StartsWith("thumbnail"));
        }

        var everything = string.Join('\n', [.. ingest.Log, .. worker.Log]);
        foreach (var hidden in (string[])[Secret, Installation.Key, "Password=", "diary"])
            everything.ShouldNotContain(hidden);

        List<JsonElement> Told(Guid id) => [.. worker.Log.Select(line => JsonSerializer.Deserialize<JsonElement>(line)).Where(line =>
            line.TryGetProperty("job_id", out var job) && job.GetString() == id.ToString() && line.GetProperty("level").GetString() is "warn" or "error")];
    }

    /// <summary>A FLAC as a recorder streams it: the number of samples, the last 36 bits before the MD5 in STREAMINFO, is 0 for unknown.</summary>
    private static byte[] WithoutLength(byte[] flac)
    {
        flac[21] &= 0xF0;
        flac.AsSpan(22, 4).Clear();
        return flac;
    }
}
