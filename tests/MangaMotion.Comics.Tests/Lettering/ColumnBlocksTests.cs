using MangaMotion.Comics.Lettering;

namespace MangaMotion.Comics.Tests.Lettering;

public sealed class ColumnBlocksTests
{
    [Fact]
    public void Columns_beside_each_other_are_a_block()
    {
        var blocks = ColumnBlocks.Group(
        [
            Column(300, 100, 40, 200), Column(250, 104, 40, 120), Column(60, 110, 40, 180), Column(300, 600, 40, 100),
            Column(500, 100, 200, 40), // a line
        ]);

        blocks.Select(block => (block.X, block.Y, block.Width, block.Height, block.Glyph)).ShouldBe(
            [(60, 110, 40, 180, 28), (250, 100, 90, 200, 28), (300, 600, 40, 100, 28)], ignoreOrder: true);
        ColumnBlocks.Overlap(blocks[0], blocks[1]).ShouldBeFalse();
        ColumnBlocks.Overlap(blocks[1], new TextBlock(330, 290, 100, 100, 20)).ShouldBeTrue();
    }

    private static PageLine Column(double x, double y, double width, double height) => new(x, y, width, height, "", 0);
}
