namespace MangaMotion.Media.Tests;

public sealed class ImageTests : IAsyncLifetime
{
    private readonly Vips _vips = new();
    private readonly MediaRig _rig = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _rig.DisposeAsync();
        _vips.Dispose();
    }

    [Fact]
    public async Task A_photo_becomes_a_preview_and_a_thumbnail()
    {
        var photo = _vips.Make("jpg", "jpegsave", _vips.Picture(1800, 1200), "OUT");

        var made = await _rig.RenderAsync(photo);

        made.Image.ShouldSatisfyAllConditions(
            image => (image.Width, image.Height, image.Frames, image.Orientation, image.HasAlpha).ShouldBe((1800, 1200, 1, 1, false)),
            image => image.Files.Select(file => (file.Variant, file.ContentType, file.Width, file.Height)).ShouldBe(
                [("preview", "image/jpeg", 1280, 853), ("thumbnail", "image/jpeg", 320, 213)]),
            image => Convert.FromBase64String(image.ThumbHash).Length.ShouldBeInRange(20, 25));
        foreach (var file in made.Image.Files)
        {
            new FileInfo(file.Path).Length.ShouldBe(file.Bytes);
            Vips.Header(file.Path, "width").ShouldBe($"{file.Width}");
        }
    }
}
