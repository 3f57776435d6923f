namespace MangaMotion.Comics.Script;

/// <summary>Which script a letter belongs to.</summary>
public static class Letters
{
    /// <summary>Hiragana, katakana with their long vowel mark, or a kanji.</summary>
    public static bool IsJapanese(char letter) => letter is (>= '\u3041' and <= '\u3096') or (>= '\u30A1' and <= '\u30FA') or 'ー' or '々' || IsKanji(letter);

    public static bool IsKanji(char letter) => letter is (>= '\u4E00' and <= '\u9FFF') or (>= '\u3400' and <= '\u4DBF');
}
