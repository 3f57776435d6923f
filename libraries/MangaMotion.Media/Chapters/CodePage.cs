using System.Globalization;
using System.Text;

namespace MangaMotion.Media.Chapters;

/// <summary>
/// Legacy encoding of file names, and how plausible it is for given bytes. Every character has a weight from 0 to 1: near 1 if names of
/// comics often contain it, near 0 if it mostly appears when bytes of another encoding are decoded. The lists of frequent characters decide
/// between encodings that share their bytes. <c>ChapterNameTests</c> checks the weights and lists.
/// </summary>
internal sealed class CodePage
{
    private const double Frequent = 1;
    private const double Common = 0.5;
    private const double Rare = 0.15;

    /// <summary>Weight of letters next to letters of the same alphabet, between <see cref="Common"/> and <see cref="Frequent"/>.</summary>
    private const double Word = 0.85;

    /// <summary>Weight of marks and full-width forms, which all East Asian sets have.</summary>
    private const double Mark = 0.7;

    private const string FrequentKanji =
        "一二三四五六七八九十百千万上下前後中左右巻話章回編第表紙裏目次扉絵予告頁版本漫画作者原日月火水木金土年人大小新旧全完結続最終初出特別番外篇集号単行同人誌"
        + "物紹介登場男女子学校先生少世界戦闘能力夢恋愛心手足見来時分間所東西南北京国家名白黒赤青空海山川花鳥風雪雨光闇夜朝昼夕今何私君僕俺彼誰無有不可解説付録口"
        + "帯背折返奥広宣伝描漢字写真文体動食事車道町村市店門天地神魔王姫勇剣士竜鬼死命血刀";

    private const string FrequentSimplified =
        "的一是不了在人有我他这中大来上国和地到说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去法学如同现当没动面起看定天分还进"
        + "好小部其些主样理心她本前开但因只从想实第话卷册页章回集篇番外封目录漫画彩黑白版完结全连载单终最新特别附扉底内正扫描汉化组力公司书名字图片张号日月火水木金土"
        + "风雪花雨海山夜星爱情恋梦战斗神魔王女男孩少校园活世界恶龙剑侠传奇记物语故英雄贼三四五六七八九十";

    private const string FrequentTraditional =
        "的一是不了在人有我他這中大來上國和地到說時要就出會可也你對生能而子那得於著下自之年過發後作裡用道行所然家種事成方多經麼去法學如同現當沒動面起看定天分還進"
        + "好小部其些主樣理心她本前開但因只從想實第話卷冊頁章回集篇番外封目錄漫畫彩黑白版完結全連載單終最新特別附扉底內正掃描漢化組力公司書名字圖片張號日月火水木金土"
        + "風雪花雨海山夜星愛情戀夢戰鬥神魔王女男孩少校園活世界惡龍劍俠傳奇記物語故英雄賊運命許願功夫三四五六七八九十";

    private const string FrequentHangul =
        "화제권장편의이가은는을를에표지만목차페단행본완결전후상중하외특별번호나다사아기리고한인스도자대시일정그부과여서로어해수소우원오라주마무모보성신세선연영유용"
        + "있없것들안내너당생학교친구랑음남녀왕검천국미개속계관군금길날노눈달던데동든등때또람래러력른말면몽문물민바반발방변복분비빛빨살새색석설손식실심씨악앞약양언업역열예"
        + "요욕운웃월위작임재저적절점접조존종죄죽준진집찬처청체초최추출치카크키타탄탈태터테토통투트파판패퍼평포폭품풍프피필함항향험현형혼홍환활황회효흑희히힘";

    private readonly Func<string, int, byte[], double> _weigh;

    private CodePage(int number, Func<string, int, byte[], double> weigh)
    {
        Encoding = CodePagesEncodingProvider.Instance.GetEncoding(
            number, EncoderFallback.ReplacementFallback, DecoderFallback.ExceptionFallback)!;
        _weigh = weigh;
    }

    public Encoding Encoding { get; }

    /// <summary>Lists the possible code pages. Of equally plausible ones, the first is used.</summary>
    /// <param name="fromUnix">Whether the names were written on Unix, where EUC encodings come first and the code page of DOS last.</param>
    public static IReadOnlyList<CodePage> Candidates(bool fromUnix) => fromUnix ? FromUnix : FromWindows;

    private static readonly CodePage Iso2022Japanese = new(50220, (text, at, _) => Japanese(text, at, isCommon: true));
    private static readonly CodePage ShiftJis = new(932, (text, at, bytes) => Japanese(text, at, bytes[0] is >= 0x88 and <= 0x97));
    private static readonly CodePage EucJapanese = new(51932, (text, at, bytes) => Japanese(text, at, bytes[0] is >= 0xB0 and <= 0xCF));
    private static readonly CodePage Gb18030 = new(54936, Simplified);
    private static readonly CodePage Big5 = new(950, Traditional);
    private static readonly CodePage Korean = new(949, KoreanSyllables);
    private static readonly CodePage Johab = new(1361, (text, at, _) => FrequentHangul.Contains(text[at]) ? Frequent : Rare * Rare);
    private static readonly CodePage Cyrillic = new(1251, Letters(Alphabet.Cyrillic));
    private static readonly CodePage DosCyrillic = new(866, Letters(Alphabet.Cyrillic));
    private static readonly CodePage Western = new(1252, Letters(Alphabet.Latin));

    /// <summary>The code page that APPNOTE names for entries without the UTF-8 flag.</summary>
    private static readonly CodePage DosWestern = new(437, Letters(Alphabet.Latin));

    private static readonly CodePage[] FromWindows =
        [Iso2022Japanese, ShiftJis, Gb18030, Big5, Korean, EucJapanese, Johab, DosWestern, Western, DosCyrillic, Cyrillic];

    private static readonly CodePage[] FromUnix =
        [Iso2022Japanese, EucJapanese, ShiftJis, Gb18030, Big5, Korean, Johab, Western, DosWestern, Cyrillic, DosCyrillic];

    private enum Alphabet
    {
        Latin,
        Cyrillic,
    }

    /// <summary>Computes the mean weight of the bytes outside ASCII, 0 to 1; -1 if a name is invalid in this encoding.</summary>
    public double ComputePlausibility(IReadOnlyList<byte[]> names)
    {
        var (sum, count) = (0.0, 0);
        foreach (var name in names)
        {
            string text;
            try
            {
                text = Encoding.GetString(name);
            }
            catch (DecoderFallbackException)
            {
                return -1;
            }

            for (var at = 0; at < text.Length; at++)
            {
                if (char.IsAscii(text[at]))
                    continue;
                var rune = text.AsSpan(at, char.IsHighSurrogate(text[at]) && at + 1 < text.Length ? 2 : 1).ToArray();
                var bytes = Encoding.GetBytes(rune);
                sum += bytes.Length * (IsUnassigned(text[at]) ? 0 : _weigh(text, at, bytes));
                count += bytes.Length;
                at += rune.Length - 1;
            }
        }

        return count == 0 ? 0 : sum / count;
    }

    /// <summary>Whether a character is a control, or in a private use area, to which decoders map unassigned bytes.</summary>
    private static bool IsUnassigned(char letter) =>
        char.GetUnicodeCategory(letter) is UnicodeCategory.Control or UnicodeCategory.PrivateUse;

    private static double Japanese(string text, int at, bool isCommon) => text[at] switch
    {
        >= 'ぁ' and <= 'ゖ' or >= 'ァ' and <= 'ー' => Frequent,
        var letter when IsMark(letter) => Mark,
        >= '｡' and <= 'ﾟ' => Rare,
        var letter when FrequentKanji.Contains(letter) => Frequent,
        var letter when IsIdeograph(letter) => isCommon ? Common : Rare,
        _ => Rare,
    };

    /// <summary>
    /// Weighs a simplified character. Lead bytes B0 to D7 are the 3,755 common characters of GB 2312, without traditional ones.
    /// </summary>
    private static double Simplified(string text, int at, byte[] bytes) => text[at] switch
    {
        var letter when IsMark(letter) => Mark,
        var letter when FrequentSimplified.Contains(letter) => Frequent,
        var letter when FrequentTraditional.Contains(letter) => Word,
        var letter when IsIdeograph(letter) => bytes is [>= 0xB0 and <= 0xD7, >= 0xA1] ? Common : Rare,
        >= 'ぁ' and <= 'ー' => Common,
        _ => Rare,
    };

    /// <summary>Weighs a traditional character. Lead bytes A4 to C6 are the 5,401 common characters of Big5.</summary>
    private static double Traditional(string text, int at, byte[] bytes) => text[at] switch
    {
        var letter when IsMark(letter) => Mark,
        var letter when FrequentTraditional.Contains(letter) => Frequent,
        var letter when IsIdeograph(letter) => bytes is [>= 0xA4 and <= 0xC6, _] ? Common : Rare,
        _ => Rare,
    };

    /// <summary>Weighs a syllable. Lead bytes B0 to C8 with a second byte from A1 are the 2,350 syllables of KS X 1001.</summary>
    private static double KoreanSyllables(string text, int at, byte[] bytes) => text[at] switch
    {
        var letter when IsMark(letter) => Mark,
        var letter when FrequentHangul.Contains(letter) => Frequent,
        >= '가' and <= '힣' => bytes is [>= 0xB0 and <= 0xC8, >= 0xA1] ? Common : Rare,
        _ => Rare,
    };

    /// <summary>
    /// Weighs a letter. It counts in a word of its own alphabet, in which no capital follows a small letter. A Latin word also has letters
    /// without accents.
    /// </summary>
    private static Func<string, int, byte[], double> Letters(Alphabet alphabet) => (text, at, _) =>
    {
        if (!IsLetter(text[at], alphabet))
            return 0;
        var (before, after) = (at > 0 ? text[at - 1] : ' ', at + 1 < text.Length ? text[at + 1] : ' ');
        var isInWord = alphabet == Alphabet.Latin
            ? char.IsAsciiLetter(before) || char.IsAsciiLetter(after)
            : IsLetter(before, alphabet) || IsLetter(after, alphabet);
        var isCapitalInside = char.IsUpper(text[at]) && char.IsLower(before);
        return isInWord && !isCapitalInside ? Word : Rare;
    };

    private static bool IsLetter(char letter, Alphabet alphabet) => alphabet == Alphabet.Latin
        ? letter is (>= 'À' and <= 'ÿ' or 'Œ' or 'œ' or 'Š' or 'š' or 'Ž' or 'ž' or 'Ÿ') and not ('×' or '÷')
        : letter is >= 'А' and <= 'я' or 'Ё' or 'ё';

    private static bool IsIdeograph(char letter) => letter is >= '\u4E00' and <= '\u9FFF';

    private static bool IsMark(char letter) => letter
        is '　' or '、' or '。' or '々' or '「' or '」' or '『' or '』' or '【' or '】' or '《' or '》'
        or '〜' or '～' or '・' or '！' or '？' or '（' or '）' or '：' or '＋' or '－' or '＆' or (>= '０' and <= '９');
}
