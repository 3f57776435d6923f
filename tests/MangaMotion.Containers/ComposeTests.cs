using MangaMotion.TestSupport;

namespace MangaMotion.Containers;

/// <summary>What <c>docker compose up</c> promises.</summary>
[Collection(nameof(ComposeStack))]
public sealed class ComposeTests(ComposeStack stack)
{
    /// <summary>Allows the size of November 2026 and some 7 % for updates of Debian.</summary>
    [Theory]
    [InlineData("ingest", 155)]
    [InlineData("records", 150)]
    [InlineData("thumbnail", 505)]
    [InlineData("video", 760)]
    public async Task An_image_holds_only_what_its_service_uses(string service, int megabytes)
    {
        var size = await stack.Docker.RunAsync(
            new Dictionary<string, string>(), "image", "inspect", "--format", "{{.Size}}", stack.Image(service));

        (long.Parse(size, System.Globalization.CultureInfo.InvariantCulture) / 1_000_000).ShouldBeLessThan(megabytes);
    }

    [Fact]
    public async Task Every_medium_is_processed() => await stack.ProcessEveryMediumAsync();

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
}
