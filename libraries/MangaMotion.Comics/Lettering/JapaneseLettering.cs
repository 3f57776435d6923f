using MangaMotion.Comics.Script;

namespace MangaMotion.Comics.Lettering;

/// <summary>Makes lines of what was read in blocks of vertical Japanese.</summary>
public static class JapaneseLettering
{
    /// <summary>Pixels of a letter that the reader likes best.</summary>
    private const double ReadGlyph = 60;
    private const double SureWord = 50;
    private const double SureBlock = 70;
    private const int FewestLetters = 2;

    /// <summary>The block as a picture for the reader, without what is drawn beside it.</summary>
    /// <param name="grey">The page's pixels, row after row without gaps.</param>
    public static TextCrop Crop(ReadOnlySpan<byte> grey, int width, int height, TextBlock block) => TextCrop.Of(grey, width, height, block, ReadGlyph);

    /// <summary>The words of a block put together; null where it turns out to be a drawing. Only kana and kanji are sure enough to keep.</summary>
    public static string? Text(IEnumerable<SeenWord> words)
    {
        double sum = 0;
        var (letters, text) = (0, "");
        foreach (var word in words)
        {
            var kept = string.Concat(word.Text.Where(Letters.IsJapanese));
            letters += kept.Length;
            sum += kept.Length * word.Confidence;
            if (word.Confidence >= SureWord)
                text += kept;
        }

        return text.Length >= FewestLetters && sum >= SureBlock * letters ? text : null;
    }
}
