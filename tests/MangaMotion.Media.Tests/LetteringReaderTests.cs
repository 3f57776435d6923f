using MangaMotion.Media.Pages;
using Microsoft.Extensions.Logging.Abstractions;

namespace MangaMotion.Media.Tests;

public sealed class LetteringReaderTests
{
    private const int Width = 640, Height = 900;

    [Fact]
    public async Task Lines_have_their_letters_and_their_place()
    {
        await using var rig = new MediaRig();
        var page = CreatePage(Width, Height, ("HELLO", 60, 80), ("HOTEL", 300, 600));

        var lines = (await ReadAsync(rig, page, Width, Height)).ShouldNotBeNull("Run ./mangamotion setup: the models are missing.");

        lines.OrderBy(line => line.Y).Select(line => line.Text).ShouldBe(["HELLO", "HOTEL"]);
        var hotel = lines.MaxBy(line => line.Y)!;
        hotel.X.ShouldBeInRange(270, 300);
        hotel.Y.ShouldBeInRange(570, 600);
        (hotel.X + hotel.Width).ShouldBeInRange(470, 520);
        (hotel.Y + hotel.Height).ShouldBeInRange(640, 680);
        hotel.Confidence.ShouldBeGreaterThan(0.7);
        rig.Root.Create().ShouldNotBeNull();
    }

    [Fact]
    public async Task Each_line_of_a_long_strip_is_read_once()
    {
        const int Long = 6_000;
        await using var rig = new MediaRig();
        var page = CreatePage(Width, Long, [.. Enumerable.Range(0, 14).Select(i => ("HELLO", 60, 100 + (i * 420)))]);

        var lines = (await ReadAsync(rig, page, Width, Long)).ShouldNotBeNull();

        lines.Count.ShouldBe(14);
        lines.ShouldAllBe(line => line.Text == "HELLO");
    }

    [Fact]
    public async Task A_blank_page_has_no_lines()
    {
        await using var rig = new MediaRig();

        (await ReadAsync(rig, CreatePage(Width, Height), Width, Height)).ShouldNotBeNull().ShouldBeEmpty();
        (await ReadAsync(rig, CreatePage(1, 1), 1, 1)).ShouldNotBeNull().ShouldBeEmpty();
    }

    [Fact]
    public async Task Without_models_no_line_is_read_and_the_host_process_goes_on()
    {
        var empty = Directory.CreateTempSubdirectory("mm-no-models-").FullName;
        await using var rig = new MediaRig(options => options.Lettering.Models = empty);
        var reader = CreateReader(rig);

        for (var i = 0; i < 2; i++)
            (await reader.ReadAsync(rig.Root.Create(), Width, Height, CreatePage(Width, Height), CancellationToken.None)).ShouldBeNull();

        rig.Pool.ProcessIds.ShouldHaveSingleItem();
        Directory.Delete(empty);
    }

    private static Task<IReadOnlyList<LetteringLine>?> ReadAsync(MediaRig rig, byte[] page, int width, int height) =>
        CreateReader(rig).ReadAsync(rig.Root.Create(), width, height, page, CancellationToken.None);

    private static LetteringReader CreateReader(MediaRig rig) =>
        new(rig.Pool, Microsoft.Extensions.Options.Options.Create(rig.Options), NullLogger<LetteringReader>.Instance);

    /// <summary>Creates a white page with words of the font of <see cref="BlockLetters"/>.</summary>
    private static byte[] CreatePage(int width, int height, params (string Text, int X, int Y)[] words)
    {
        var pixels = new byte[width * height];
        Array.Fill(pixels, (byte)255);
        foreach (var (text, x, y) in words)
            BlockLetters.Draw(pixels, width, x, y, text);
        return pixels;
    }
}
