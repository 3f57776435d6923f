namespace MangaMotion.Comics.Script;

/// <summary>Classifies and counts letters.</summary>
public static class Letters
{
    /// <summary>Whether a letter is hiragana, katakana, the long vowel mark, the iteration mark or a kanji.</summary>
    public static bool IsJapanese(char letter) =>
        letter is (>= '\u3041' and <= '\u3096') or (>= '\u30A1' and <= '\u30FA') or 'ー' or '々' || IsKanji(letter);

    /// <summary>Counts the letters and digits of a text; signs and spaces take no time to read.</summary>
    public static int CountSpoken(string text) => text.Count(char.IsLetterOrDigit);

    /// <summary>Whether a letter is a CJK unified ideograph of the basic block or extension A.</summary>
    public static bool IsKanji(char letter) => letter is (>= '\u4E00' and <= '\u9FFF') or (>= '\u3400' and <= '\u4DBF');
}
