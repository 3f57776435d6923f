using MangaMotion.Comics.Script;

namespace MangaMotion.Comics.Lettering;

/// <summary>Builds lines from the recognised words of vertical Japanese text blocks.</summary>
/// <remarks>The thresholds were chosen by hand; <c>LinesTests.Japanese_is_kept_where_it_is_certain</c> holds them.</remarks>
public static class JapaneseLettering
{
    private const double CertainBlock = 70;
    private const int MinLetters = 2;

    /// <summary>
    /// Joins the kana and kanji of a block's words. Other characters are dropped: they are recognised too unreliably. A doubtful word
    /// stays in a certain block, because it is right more often than not.
    /// </summary>
    /// <returns>Text of the block with the mean confidence in its letters, 0 to 1; no text if the block is a drawing.</returns>
    public static (string Text, double Confidence) JoinWords(IEnumerable<PageWord> words)
    {
        double sum = 0;
        var (letters, text) = (0, "");
        foreach (var word in words)
        {
            var kept = string.Concat(word.Text.Where(Letters.IsJapanese));
            letters += kept.Length;
            sum += kept.Length * word.Confidence;
            text += kept;
        }

        return text.Length >= MinLetters && sum >= CertainBlock * letters ? (text, sum / letters / 100) : ("", 0);
    }
}
