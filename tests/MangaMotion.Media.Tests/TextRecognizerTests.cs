using MangaMotion.Film.Lettering;

namespace MangaMotion.Media.Tests;

public sealed class TextRecognizerTests : IAsyncLifetime
{
    private readonly MediaRig _rig = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact]
    public async Task Words_have_their_picture_and_their_place()
    {
        var words = await ReadAsync([Blank(300, 200), Picture("HELLO"), Blank(1, 1), Picture("HOTEL")], TextLayout.EnglishLines);

        words.Select(list => string.Join(' ', list.Select(word => word.Text))).ShouldBe(["", "HELLO", "", "HOTEL"]);
        var hello = words[1].Single();
        hello.Confidence.ShouldBeGreaterThan(50);
        hello.X.ShouldBeInRange(40, 60);
        hello.Y.ShouldBeInRange(40, 60);
        hello.Width.ShouldBeInRange(150, 260);
    }

    [Fact]
    public async Task A_block_can_be_read() =>
        (await ReadAsync([Picture("HOTEL")], TextLayout.EnglishBlock)).ShouldHaveSingleItem().ShouldHaveSingleItem().Text.ShouldBe("HOTEL");

    [Fact]
    public async Task Many_pictures_are_read_by_several_processes()
    {
        var words = await ReadAsync([.. Enumerable.Repeat(Blank(40, 40), 41), Picture("HELLO")], TextLayout.EnglishLines);
        words.Count.ShouldBe(42);
        words[41].ShouldHaveSingleItem().Text.ShouldBe("HELLO");
    }

    [Fact]
    public async Task Vertical_Japanese_can_be_read() =>
        (await ReadAsync([Blank(200, 300)], TextLayout.JapaneseColumns)).ShouldHaveSingleItem().ShouldBeEmpty();

    [Fact]
    public async Task No_pictures_give_no_words() => (await ReadAsync([], TextLayout.JapaneseColumns)).ShouldBeEmpty();

    private async Task<IReadOnlyList<IReadOnlyList<RecognizedWord>>> ReadAsync(IReadOnlyList<TextPicture> pictures, TextLayout layout)
    {
        await using var workspace = _rig.Root.Create();
        var words = await new TextRecognizer(_rig.Tools).ReadAsync(workspace, pictures, layout, CancellationToken.None);
        Directory.EnumerateFileSystemEntries(workspace.Location).ShouldBeEmpty();
        return words;
    }

    private static TextPicture Blank(int width, int height)
    {
        var pixels = new byte[width * height];
        Array.Fill(pixels, (byte)255);
        return new TextPicture(width, height, pixels);
    }

    private static TextPicture Picture(string text)
    {
        var picture = Blank(300, 150);
        BlockLetters.Draw(picture.Pixels, picture.Width, 50, 50, text);
        return picture;
    }
}
