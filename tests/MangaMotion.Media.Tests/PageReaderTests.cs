using MangaMotion.Film.Pages;
using MangaMotion.Media.Workspaces;
using Microsoft.Extensions.Options;

namespace MangaMotion.Media.Tests;

public sealed class PageReaderTests : IAsyncLifetime
{
    private const int Width = 40;
    private const int Height = 30;

    private readonly MediaRig _rig = new(options => options.Limits.Pixels = 2_000);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact]
    public async Task A_page_is_read_as_grey_pixels_in_full_size()
    {
        var page = await ReadAsync(HalfBlack(Width, Height));

        (page.Width, page.Height, page.Pixels.Length).ShouldBe((Width, Height, Width * Height));
        page.Pixels[0].ShouldBeLessThan((byte)3);
        page.Pixels[^1].ShouldBeGreaterThan((byte)252);
    }

    [Fact]
    public async Task A_file_that_is_not_a_picture_is_rejected_with_its_type() =>
        (await Should.ThrowAsync<UnsupportedMediaException>(() => ReadAsync("This is a letter."u8.ToArray())))
            .OwnerMessage.ShouldContain("text file");

    [Fact]
    public async Task A_truncated_picture_is_rejected() =>
        await Should.ThrowAsync<CorruptMediaException>(() => ReadAsync(HalfBlack(Width, Height)[..50]));

    [Fact]
    public async Task A_picture_over_the_pixel_limit_is_rejected() =>
        (await Should.ThrowAsync<MediaLimitException>(() => ReadAsync(HalfBlack(60, 60)))).OwnerMessage.ShouldContain("2,000 pixels");

    [Fact]
    public async Task Any_number_of_panels_are_read_as_small_pictures_in_their_order()
    {
        await using Workspace workspace = _rig.Root.Create();
        await File.WriteAllBytesAsync(workspace.Input, HalfBlack(Width, Height));
        var reader = new PageReader(_rig.Tools, Options.Create(_rig.Options));
        PanelCut[] panels = [new(0, 0, 20, 30), .. Enumerable.Range(0, 9).Select(i => new PanelCut(20, i, 20, 5)), new(19, 0, 1, 30)];

        var thumbnails = await reader.CutThumbnailsAsync(workspace, workspace.Input, panels, size: 10, CancellationToken.None);

        var pages = new List<GreyPage>();
        foreach (var thumbnail in thumbnails)
            pages.Add(await reader.ReadGreyAsync(workspace, thumbnail, CancellationToken.None));
        pages.Select(page => (page.Width, page.Height)).ShouldBe([(7, 10), .. Enumerable.Repeat((10, 2), 9), (1, 10)]);
        pages.Select(page => page.Pixels[0] > 128).ShouldBe([false, .. Enumerable.Repeat(true, 9), false]);
    }

    private async Task<GreyPage> ReadAsync(byte[] file)
    {
        await using Workspace workspace = _rig.Root.Create();
        await File.WriteAllBytesAsync(workspace.Input, file);
        return await new PageReader(_rig.Tools, Options.Create(_rig.Options)).ReadGreyAsync(
            workspace, workspace.Input, CancellationToken.None);
    }

    private static byte[] HalfBlack(int width, int height)
    {
        var rgba = new byte[4 * width * height];
        Array.Fill(rgba, (byte)255);
        for (var i = 0; i < width * height; i++)
        {
            if (i % width < width / 2)
                rgba.AsSpan(4 * i, 3).Clear();
        }

        return Png.Encode(rgba, width, height);
    }
}
