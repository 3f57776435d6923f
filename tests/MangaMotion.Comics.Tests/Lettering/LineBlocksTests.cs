using MangaMotion.Comics.Lettering;

namespace MangaMotion.Comics.Tests.Lettering;

public sealed class LineBlocksTests
{
    [Fact]
    public void Lines_under_each_other_are_a_block_and_neighbours_at_one_height_are_not()
    {
        var blocks = LineBlocks.Group(
        [
            Line(300, 106, 60, "RIGHT"), Line(100, 100, 80, "LEFT"), Line(290, 130, 80, "BUBBLE"), Line(105, 126, 70, "BUBBLE"),
            Line(110, 400, 60, "FAR AWAY"), Line(20, 700, 60, "ONE"), Line(85, 701, 60, "LINE"), Line(30, 724, 100, "IN PIECES"),
        ]);

        blocks.Select(block => string.Join(' ', block.Select(line => line.Text)))
            .ShouldBe(["LEFT BUBBLE", "RIGHT BUBBLE", "FAR AWAY", "ONE LINE IN PIECES"], ignoreOrder: true);
        var around = LineBlocks.CreateBlock(blocks.Single(block => block[0].Text == "ONE"));
        (around.X, around.Y, around.Width, around.Height).ShouldBe((20, 700, 125, 44));
    }

    [Fact]
    public void A_line_has_the_words_in_its_box_with_spaces_where_they_are_wide()
    {
        PageLine line = Line(100, 100, 100, "ITTOOK");
        PageWord[] words = [Word(102, "IT", 18), Word(125, "TO", 20), Word(146, "OK", 20), Word(102, "BELOW", 50) with { Y = 140 }];

        var read = LineBlocks.ReadLines([line], words).ShouldHaveSingleItem();

        read.Text.ShouldBe("IT TOOK");
        (read.X, read.Y, read.Width, read.Height).ShouldBe((100, 100, 100, 20));
    }

    [Theory]
    // Both readers agree, one reads alone, none is certain.
    [InlineData(0.97, "HELLO", 0.97, "HELLO")]
    [InlineData(0.97, "", 0.73, "HELLO")]
    [InlineData(0.6, "HE", 0.51, "HELLO")]
    [InlineData(0.5, "", 0.38, "")]
    public void A_line_that_no_reader_is_certain_of_is_silent(double neural, string tesseract, double confidence, string text)
    {
        var words = tesseract.Length == 0 ? [] : (PageWord[])[Word(105, tesseract, 40)];

        var read = LineBlocks.ReadLines([Line(100, 100, 80, "HELLO") with { Confidence = neural }], words).ShouldHaveSingleItem();

        read.Text.ShouldBe(text);
        read.Confidence.ShouldBe(confidence, 0.01);
    }

    private static PageLine Line(double x, double y, double width, string text) => new(x, y, width, 20, text, 0.9);

    private static PageWord Word(double x, string text, double width) => new(1, text, 90, x, 103, width, 14);
}
