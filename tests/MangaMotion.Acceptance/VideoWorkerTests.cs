using System.IO.Compression;
using System.Text.Json.Nodes;
using MangaMotion.TestSupport;
using static MangaMotion.Acceptance.VideoTests;

namespace MangaMotion.Acceptance;

/// <summary>Processes, files and memory of a video in its worker.</summary>
public sealed class VideoWorkerTests(TestStack stack, ITestOutputHelper output)
{
    /// <summary>Guaranteed time after a cancel within which all processes of the job have ended.</summary>
    private static readonly TimeSpan CancelLimit = TimeSpan.FromSeconds(5);

    [Theory]
    [InlineData("script-gen", "tesseract")]
    [InlineData("voice-gen", "festival", "flite", "espeak-ng")]
    [InlineData("video-gen", "ffmpeg")]
    [InlineData("compositing", "ffmpeg")]
    public async Task Tools_of_a_video_canceled_in_any_stage_end_within_5_seconds(string part, params string[] tools)
    {
        await using var installation = await Installation.CreateAsync(stack);
        await installation.StartIngestAsync();
        var worker = await installation.StartVideoAsync(("Jobs__Concurrency", "2"));
        var workspaces = installation.Workspaces;
        var id = await SubmitAsync(
            installation, part == "script-gen"
                ? 12
                : 2, ("size", part == "video-gen" ? "1920x1080" : "320x180"), ("burn_subtitles", part == "compositing" ? "true" : "false"));
        if (part != "script-gen")
            await ApproveWithLinesAsync(
                installation, id, script => Lengthen(script, part switch { "voice-gen" => 60, "compositing" => 12, _ => 3 }));

        List<int> running = [];
        await Eventually.Until(
            async () =>
            {
                running = [.. worker.Tools];
                return worker.Runs(tools) && await IsRunningAsync(installation, part) && running.Exists(ServiceProcess.IsAlive);
            },
            StageTimeout, $"a tool of {part} runs");

        (await installation.Client.CancelJobAsync(id)).Status.ShouldBe("CANCELED");

        await Eventually.Until(
            () => !running.Exists(ServiceProcess.IsAlive) && worker.Tools.Count == 0, CancelLimit, $"no process of {part} is left");
        await Eventually.Until(() => installation.Workspaces.IsSubsetOf(workspaces), what: "the scratch directory is as it was");
        (await installation.ScalarAsync<long>("select count(*) from jobs where status in ('UPLOADED', 'PROCESSING')")).ShouldBe(0);
        worker.IsRunning.ShouldBeTrue();
    }

    [Fact(Explicit = true)]
    public async Task A_chapter_of_200_pages_takes_no_more_memory_than_its_largest_pages()
    {
        await using var installation = await Installation.CreateAsync(stack);
        await installation.StartIngestAsync();
        // Only the memory of the worker is measured. Without models, the media hosts do not spend a minute on the lettering.
        var noModels = Directory.CreateDirectory($"{installation.Store}-without-models").FullName;
        var worker = await installation.StartVideoAsync(("Media__Lettering__Models", noModels));

        var accepted = await installation.Client.CreateVideoAsync(
            [Samples.Named("chapter.cbz", Archive(200, Samples.Page))],
            new Dictionary<string, string> { ["stop_at"] = "script_gen", ["direction"] = "ltr" });
        await Eventually.Until(
            async () =>
            {
                var video = await installation.Client.GetVideoAsync(accepted.Id);
                video.Status.ShouldNotBe("FAILED", video.Error);
                return video.Status == "DONE";
            },
            TimeSpan.FromMinutes(15), "the script is written");

        var (script, _) = await installation.Client.GetScriptAsync(accepted.Id);
        script.Pages.Count.ShouldBe(200);
        script.Shots.Count.ShouldBe(600);
        output.WriteLine($"The worker held at most {worker.PeakMemory / 1_000_000} MB.");
        worker.PeakMemory.ShouldBeLessThan(500_000_000);
    }

    private static void Lengthen(JsonNode script, int words)
    {
        foreach (var shot in script["shots"]!.AsArray())
            shot!["line"] = $"{shot["id"]} {string.Join(' ', Enumerable.Repeat("word", words))}.";
    }

    private static byte[] Archive(int pages, byte[] page)
    {
        using var file = new MemoryStream();
        using (var archive = new ZipArchive(file, ZipArchiveMode.Create))
        {
            for (var number = 1; number <= pages; number++)
            {
                using var entry = archive.CreateEntry($"{number:000}.png", CompressionLevel.NoCompression).Open();
                entry.Write(page);
            }
        }

        return file.ToArray();
    }
}
