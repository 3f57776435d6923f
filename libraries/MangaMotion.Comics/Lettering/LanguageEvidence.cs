namespace MangaMotion.Comics.Lettering;

/// <summary>Letters that were read in some blocks of lettering, once as English and once as Japanese.</summary>
/// <param name="English">Letters in the lines that count as read in English.</param>
/// <param name="Japanese">Kana and kanji in the blocks that count as read in Japanese.</param>
/// <remarks>
/// A reader of the wrong language reads nothing of most blocks, and few letters of the others. The numbers were chosen by hand on the
/// bundled chapter and on scanned Japanese pages; <c>LanguageEvidenceTests</c> holds them.
/// </remarks>
public readonly record struct LanguageEvidence(int English, int Japanese)
{
    /// <summary>Latin letters that say as much as one kana or kanji.</summary>
    private const int LettersPerCharacter = 2;

    /// <summary>Latin letters from which no more pages are needed.</summary>
    private const int Enough = 60;

    /// <summary>Latin letters below which nothing is known.</summary>
    private const int Least = 10;

    /// <summary>Share of the letters that the language must have for the search to end early.</summary>
    private const double ClearShare = 0.85;

    private const double LeastShare = 0.6;

    /// <summary>Language with more letters, <c>en</c> or <c>ja</c>; null if too few letters were read or both have about as many.</summary>
    public string? Language => Letters >= Least && Share >= LeastShare ? IsJapanese ? "ja" : "en" : null;

    /// <summary>Confidence in <see cref="Language"/>, 0 to 1: the share of its letters, less where few letters were read.</summary>
    public double Confidence => Math.Round(Share * Math.Min(1, (double)Letters / Enough), 2);

    /// <summary>Whether more pages would hardly change the language.</summary>
    public bool IsClear => Letters >= Enough && Share >= ClearShare;

    private bool IsJapanese => Weight(Japanese) > English;

    private int Letters => Math.Max(English, Weight(Japanese));

    private double Share => Letters == 0 ? 0 : (double)Letters / (English + Weight(Japanese));

    public static LanguageEvidence operator +(LanguageEvidence one, LanguageEvidence other) =>
        new(one.English + other.English, one.Japanese + other.Japanese);

    private static int Weight(int characters) => characters * LettersPerCharacter;
}
