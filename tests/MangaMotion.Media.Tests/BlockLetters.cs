namespace MangaMotion.Media.Tests;

/// <summary>Black letters of 5 × 7 squares.</summary>
internal static class BlockLetters
{
    private const int Square = 6;

    /// <summary>Rows of each letter, one bit a square, with the leftmost square in the highest bit.</summary>
    private static readonly Dictionary<char, int[]> Font = new()
    {
        ['E'] = [31, 16, 16, 30, 16, 16, 31],
        ['H'] = [17, 17, 17, 31, 17, 17, 17],
        ['L'] = [16, 16, 16, 16, 16, 16, 31],
        ['O'] = [14, 17, 17, 17, 17, 17, 14],
        ['T'] = [31, 4, 4, 4, 4, 4, 4],
    };

    /// <summary>Draws a word into grey pixels.</summary>
    /// <param name="width">Width of the picture in pixels.</param>
    public static void Draw(byte[] pixels, int width, int left, int top, string text)
    {
        foreach (var (place, letter) in text.Index())
        {
            for (var at = 0; at < 35; at++)
            {
                var (row, column) = (at / 5, at % 5);
                if ((Font[letter][row] & (16 >> column)) == 0)
                    continue;
                for (var y = 0; y < Square; y++)
                    pixels.AsSpan(((top + (row * Square) + y) * width) + left + (((place * 6) + column) * Square), Square).Clear();
            }
        }
    }
}
