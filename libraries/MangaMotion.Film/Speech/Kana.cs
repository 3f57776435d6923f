using System.Collections.Frozen;
using System.Text;
using System.Text.RegularExpressions;

namespace MangaMotion.Film.Speech;

/// <summary>Kana as voices are given them.</summary>
internal static partial class Kana
{
    private const string Vowels = "aiueo";

    /// <summary>Consonant, and its five syllables in the order of <see cref="Vowels"/>.</summary>
    private static readonly (string Consonant, string Row)[] Rows =
    [
        ("", "アイウエオ"), ("k", "カキクケコ"), ("s", "サシスセソ"), ("t", "タチツテト"), ("n", "ナニヌネノ"), ("h", "ハヒフヘホ"),
        ("m", "マミムメモ"), ("r", "ラリルレロ"), ("g", "ガギグゲゴ"), ("z", "ザジズゼゾ"), ("d", "ダヂヅデド"), ("b", "バビブベボ"), ("p", "パピプペポ"),
    ];

    private static readonly (string Romaji, string Kana)[] OwnSpellings =
    [
        ("n", "ン"), ("ya", "ヤ"), (
            "yu", "ユ"), ("yo", "ヨ"), ("wa", "ワ"), ("wo", "オ"), ("shi", "シ"), ("chi", "チ"), ("tsu", "ツ"), ("fu", "フ"), ("ji", "ジ"),
        ("sha", "シャ"), ("shu", "シュ"), ("sho", "ショ"), ("cha", "チャ"), ("chu", "チュ"), ("cho", "チョ"), ("ja", "ジャ"), ("ju", "ジュ"), ("jo", "ジョ"),
    ];

    private static readonly FrozenDictionary<string, string> Syllables = MakeSyllables();

    /// <summary>ASCII as full-width signs, which the analysis expects; the length stays.</summary>
    public static string FullWidth(string text) =>
        string.Concat(text.Select(sign => sign is >= '!' and <= '~' ? (char)(sign - '!' + '！') : sign));

    /// <summary>The pronunciation without accent marks; marks and pauses are nothing, and ヲ is said as オ.</summary>
    public static string Spoken(string pronunciation) =>
        string.Concat(pronunciation.Where(sign => sign is >= 'ァ' and <= 'ヺ' or 'ー')).Replace('ヲ', 'オ');

    /// <summary>Hiragana as katakana, which the analysis never takes for a particle.</summary>
    public static string Katakana(string hiragana) =>
        string.Concat(hiragana.Select(sign => sign is >= 'ぁ' and <= 'ゖ' ? (char)(sign - 'ぁ' + 'ァ') : sign));

    /// <summary>
    /// English words in Japanese lines that the dictionary of the analysis lacks, as Japanese speakers say them. The analysis would spell
    /// them, and some could be romaji.
    /// </summary>
    private static readonly FrozenDictionary<string, string> English =
        """
        baby ベイビー; battle バトル; bonus ボーナス; bye バイ; class クラス; closed クローズド; combo コンボ; danger デンジャー; dead デッド; death デス;
        end エンド; exit エグジット; fight ファイト; fin フィン; final ファイナル; fire ファイヤー; gameover ゲームオーバー; girl ガール; great グレート; help ヘルプ;
        hero ヒーロー; hit ヒット; hope ホープ; king キング; last ラスト; level レベル; life ライフ; lose ルーズ; lucky ラッキー; magic マジック; more モア;
        night ナイト; over オーバー; perfect パーフェクト; please プリーズ; power パワー; queen クイーン; ready レディ; secret シークレット; smile スマイル;
        sorry ソーリー; theend ジエンド; time タイム; wanted ウォンテッド; welcome ウェルカム; win ウィン; world ワールド; wow ワオ; yes イエス; you ユー
        """.Split(';', StringSplitOptions.TrimEntries).Select(entry => entry.Split(' '))
        .ToFrozenDictionary(entry => entry[0], entry => entry[1]);

    /// <summary>The line with its English words in katakana: ＨＥＲＯ is ヒーロー.</summary>
    public static string ReplaceEnglish(string fullWidth) =>
        LatinWord().Replace(fullWidth, word => English.GetValueOrDefault(HalfWidth(word.Value).ToLowerInvariant(), word.Value));

    /// <summary>A Latin word of three letters or more that is romaji, in katakana (ＡＫＩＲＡ is アキラ); null where it is none.</summary>
    public static string? Name(string fullWidth) =>
        fullWidth.Length >= 3 && fullWidth.All(sign => sign is (>= 'Ａ' and <= 'Ｚ') or (>= 'ａ' and <= 'ｚ'))
            ? FromRomaji(HalfWidth(fullWidth))
            : null;

    private static string HalfWidth(string fullWidth) => string.Concat(fullWidth.Select(sign => (char)(sign - '！' + '!')));

    [GeneratedRegex("[Ａ-Ｚａ-ｚ]{3,}", RegexOptions.None, SpeechText.MatchMilliseconds)]
    private static partial Regex LatinWord();

    /// <summary>Hepburn romaji in katakana; null where it is none.</summary>
    private static string? FromRomaji(string romaji)
    {
        var (text, kana) = (romaji.ToLowerInvariant(), new StringBuilder());
        for (var at = 0; at < text.Length;)
        {
            if (at + 1 < text.Length && text[at] == text[at + 1] && !Vowels.Contains(text[at], StringComparison.Ordinal) && text[at] != 'n')
            {
                kana.Append('ッ');
                at++;
            }

            var length = Math.Min(3, text.Length - at);
            while (length > 0 && !Syllables.ContainsKey(text.Substring(at, length)))
                length--;
            if (length == 0)
                return null;
            kana.Append(Syllables[text.Substring(at, length)]);
            at += length;
        }

        return kana.ToString();
    }

    private static FrozenDictionary<string, string> MakeSyllables()
    {
        var syllables = OwnSpellings.ToDictionary(own => own.Romaji, own => own.Kana);
        foreach (var (consonant, row) in Rows)
        {
            for (var vowel = 0; vowel < Vowels.Length; vowel++)
                syllables.TryAdd(consonant + Vowels[vowel], row[vowel].ToString());
            if (consonant.Length == 0)
                continue;
            syllables.TryAdd(consonant + "ya", row[1] + "ャ");
            syllables.TryAdd(consonant + "yu", row[1] + "ュ");
            syllables.TryAdd(consonant + "yo", row[1] + "ョ");
        }

        return syllables.ToFrozenDictionary();
    }
}
