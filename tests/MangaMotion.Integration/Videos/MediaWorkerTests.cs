using System.Net;
using MangaMotion.Jobs;
using MangaMotion.Media;
using MangaMotion.TestSupport;

namespace MangaMotion.Integration.Videos;

/// <summary>Faults of a worker's machine, and the messages for owner and operator when tools fail.</summary>
public sealed class MediaWorkerTests(TestStack stack) : IAsyncLifetime
{
    private VideoWorld _world = null!;

    public async ValueTask InitializeAsync() => _world = await VideoWorld.CreateAsync(stack);

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task A_worker_is_not_ready_until_its_media_tools_start()
    {
        var folder = Directory.CreateTempSubdirectory("mm-tools-").FullName;
        var library = Path.Combine(folder, "libvips.so");
        var worker = await _world.StartWorkerAsync(("Media:Vips:Library", library));
        using var http = new HttpClient { BaseAddress = new Uri(worker.Urls.First()) };
        var video = await _world.SubmitAsync();

        await Eventually.Until(
            async () => (await ReadyAsync(http)).Reason.Contains($"No libvips at '{library}'", StringComparison.Ordinal),
            what: "the self-test failed");
        (await ReadyAsync(http)).Status.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await http.GetAsync("/health/live")).StatusCode.ShouldBe(HttpStatusCode.OK);
        _world.Stages.Made.ShouldBeEmpty();

        File.CreateSymbolicLink(library, Directory.EnumerateFiles("/usr/lib", "libvips.so.42", SearchOption.AllDirectories).First());

        await Eventually.Until(
            async () => (await ReadyAsync(http)).Status == HttpStatusCode.OK, TimeSpan.FromMinutes(2), what: "the worker is ready again");
        await _world.UntilAsync(video, JobStatus.Done);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task The_operator_sees_the_tools_output_of_a_failed_video()
    {
        _world.Stages.Before = (_, _) => throw new CorruptMediaException("The JPEG is damaged.", "ffmpeg: exit 1; stderr: no JPEG");
        await _world.StartWorkerAsync();

        var video = await _world.SubmitAsync();
        await _world.UntilAsync(video, JobStatus.Failed);

        (await _world.Jobs.ScalarAsync<string>("select tool_output from failed_jobs where job_id = $1", video)).ShouldBe(
            "ffmpeg: exit 1; stderr: no JPEG");
    }

    public static TheoryData<string> FaultsOfMachines => new(MachineFaults.Keys);

    private static readonly Dictionary<string, Exception> MachineFaults = new()
    {
        ["no thread"] = new SandboxFailedException("ffmpeg", "it was refused a thread or a process; pthread_create failed"),
        ["a tool finds the disk full"] = new ScratchFullException("ffmpeg", "No space left on device"),
        // The number of the error is what .NET reports of the kernel.
        ["the worker finds the disk full"] = new IOException("No space left on device", 28),
    };

    [Theory]
    [MemberData(nameof(FaultsOfMachines))]
    public async Task A_machine_that_fails_once_counts_no_attempt_and_reports_no_damaged_file(string fault)
    {
        var failed = 0;
        _world.Stages.Before = (name, _) => name == "script" && Interlocked.Exchange(ref failed, 1) == 0
            ? throw MachineFaults[fault]
            : Task.CompletedTask;
        await _world.StartWorkerAsync();

        var video = await _world.SubmitAsync();
        await _world.UntilAsync(video, JobStatus.Done);

        (await _world.Jobs.ScalarAsync<string>("select string_agg(a.outcome, ' ' order by a.started_at) from job_attempts a join jobs j "
            + "on j.id = a.job_id where j.parent_id = $1 and j.type = 'script-gen'",
            video))
            .ShouldBe("interrupted done");
        (await _world.Jobs.ScalarAsync<int>("select attempts from jobs where parent_id = $1 and type = 'script-gen'", video)).ShouldBe(1);
        (await _world.Jobs.ScalarAsync<long>("select count(*) from failed_jobs")).ShouldBe(0);
    }

    private static async Task<(HttpStatusCode Status, string Reason)> ReadyAsync(HttpClient http)
    {
        using var answer = await http.GetAsync("/health/ready");
        var checks = await System.Text.Json.JsonDocument.ParseAsync(await answer.Content.ReadAsStreamAsync());
        var media = checks.RootElement.GetProperty("checks").GetProperty("media");
        return (answer.StatusCode, media.TryGetProperty("reason", out var reason) ? reason.GetString() ?? "" : "");
    }
}
