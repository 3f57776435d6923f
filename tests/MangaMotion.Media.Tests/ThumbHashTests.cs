using MangaMotion.Media.Images;

namespace MangaMotion.Media.Tests;

public sealed class ThumbHashTests
{
    /// <summary>Compares with hashes of the reference implementation (npm package thumbhash 0.1.1).</summary>
    [Theory]
    [InlineData(40, 30, "HwgKRZoweIdgiIZ4eHiHePOiB/h4")]
    [InlineData(30, 50, "4AcONBpQF5V4iIZ3eHfS4Ar4eA==")]
    public void A_hash_is_that_of_the_reference_implementation(int width, int height, string expected)
    {
        var rgb = new byte[width * height * 3];
        for (var i = 0; i < width * height; i++)
        {
            var (x, y) = (i % width, i / width);
            (rgb[i * 3], rgb[(i * 3) + 1], rgb[(i * 3) + 2]) =
                ((byte)(x * 255 / (width - 1)), (byte)(y * 255 / (height - 1)), (byte)((x * 7) + (y * 3)));
        }

        ThumbHash.Encode(rgb, width, height).ShouldBe(expected);
    }

    [Fact]
    public void Pixels_that_do_not_fit_the_size_are_rejected() =>
        Should.Throw<ArgumentException>(() => ThumbHash.Encode(new byte[10], 2, 2)).Message.ShouldContain(
            "2 x 2 pixels need 12 bytes, not 10");
}
