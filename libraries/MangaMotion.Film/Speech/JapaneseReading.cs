using System.Text;
using System.Text.RegularExpressions;
using MangaMotion.Media;
using MangaMotion.Media.Processes;
using MangaMotion.Media.Workspaces;

namespace MangaMotion.Film.Speech;

/// <summary>
/// Reads Japanese words as kana by the text analysis of Open JTalk, which knows counters (三日 ミッカ, 6本 ロッポン). espeak-ng would spell kanji.
/// The program needs a voice and gets the English one with a changed header. Its sound is not used.
/// </summary>
internal sealed partial class JapaneseReading(ToolRunner tools)
{
    private const string Dictionary = "/var/lib/mecab/dic/open-jtalk/naist-jdic";
    private const string Voice = "/usr/share/festival/voices/us/cmu_us_slt_arctic_hts/hts/cmu_us_slt_arctic_hts.htsvoice";
    /// <summary>Characters of a line that the program reads, of three bytes each. It reads 1,022 bytes and leaves out the rest.</summary>
    private const int MaxCharacters = 330;

    private const int Surface = 0, PartOfSpeech = 1, Pronunciation = 9;

    /// <summary>Words that the analysis reads wrongly, each with a form that it reads right.</summary>
    private static readonly (Regex Written, string Read)[] Corrections =
    [
        (Furigana(), "${kana}"), (Twenty(), "はたち"), (Stammer(), "${word}"), (Clock(), "${h}時${m}分"), (FullHour(), "${h}時"),
        (Midnight(), "零時"), (Minus(), "マイナス"), (Celsius(), "度"), (OneToOne(), "いったいいち"), (DayAfterTomorrow(), "アサッテ"),
        (Fraction(), "${d}ぶんの${n}"), (Items(), "${n}けん"), (Elongation(), "${kana}ー"), (What(), "なん"), (Wait(), "マ"), (Throw(), "ス"),
        (Keep(), "タモ"), (Stand(), "タ"), (Repeated(), "${sign}${sign}${sign}"),
    ];

    /// <summary>The words of a line in their order.</summary>
    /// <exception cref="ToolFailedException">Open JTalk is not installed or failed.</exception>
    public async Task<IReadOnlyList<SpeechWord>> WordsAsync(Workspace workspace, string line, CancellationToken cancellationToken)
    {
        var shown = SpeechText.Clean(line).Normalize(NormalizationForm.FormC).Replace(" ", "", StringComparison.Ordinal);
        var written = Corrections.Aggregate(
            Kana.ReplaceEnglish(Kana.FullWidth(shown)), (text, correction) => correction.Written.Replace(text, correction.Read));
        var words = new List<(string Surface, string Kana)>();

        // The program fails on signs without a word.
        foreach (var part in Divide(written).Where(part => part.Any(char.IsLetterOrDigit)))
            words.AddRange(await AnalyseAsync(workspace, part, cancellationToken));
        return words.Count > 0 ? SpeechText.Join(Aligned(shown, words), separator: "") : [];
    }

    /// <summary>Divides a line into parts that the program reads whole, behind their last sign.</summary>
    private static IEnumerable<string> Divide(string written)
    {
        for (var at = 0; at < written.Length;)
        {
            var end = Math.Min(at + MaxCharacters, written.Length);
            if (end < written.Length)
            {
                var sign = written.LastIndexOfAny(['。', '！', '？', '…', '、'], end - 1, end - at);
                end = sign >= 0 ? sign + 1 : char.IsHighSurrogate(written[end - 1]) ? end - 1 : end;
            }

            yield return written[at..end];
            at = end;
        }
    }

    private async Task<IReadOnlyList<(
        string Surface, string Kana)>> AnalyseAsync(Workspace workspace, string written, CancellationToken cancellationToken)
    {
        var directory = workspace.NewDirectory();
        await File.WriteAllTextAsync(Path.Combine(directory, "line.txt"), written + "\n", new UTF8Encoding(false), cancellationToken);
        if (File.Exists(Voice))
            await File.WriteAllBytesAsync(Path.Combine(
                directory, "japanese.htsvoice"), JapaneseVoice(await File.ReadAllBytesAsync(Voice, cancellationToken)), cancellationToken);
        var result = await tools.RunAsync(
            new ToolRun
            {
                Tool = "open_jtalk",
                Arguments = ["-x", Dictionary, "-m", "japanese.htsvoice", "-ot", "analysis.txt", "line.txt"],
                Directory = directory,
                ReadOnlyPaths = SystemFiles.Existing("/var/lib/mecab"),
                Subject = "line",
            },
            cancellationToken);
        var analysis = Path.Combine(directory, "analysis.txt");
        if (result.ExitCode != 0 || !File.Exists(analysis))
            throw new ToolFailedException("open_jtalk", result.Detail);
        var words = File.ReadLines(analysis)
            .TakeWhile(row => !row.StartsWith("[Output label]", StringComparison.Ordinal))
            .Select(row => row.Split(','))
            .Where(fields => fields.Length > Pronunciation)
            // A filler is a word that the dictionary does not have; Latin ones are spelled.
            .Select(fields => (fields[Surface], (
                fields[PartOfSpeech] == "フィラー" ? Kana.Name(fields[Surface]) : null) ?? Kana.Spoken(fields[Pronunciation])));
        return [.. words];
    }

    /// <summary>
    /// The shown line, cut at the words that the analysis found in it as they are written. Words that it wrote otherwise (12 as 十二) share
    /// one.
    /// </summary>
    private static IEnumerable<(string Shown, string Spoken)> Aligned(string shown, List<(string Surface, string Kana)> words)
    {
        var (at, waiting, full) = (0, "", Kana.FullWidth(shown));
        var cries = Cry().Matches(full);
        for (var index = 0; index < words.Count; index++)
        {
            var (surface, kana) = words[index];
            // A small tsu is said only before a sound.
            if (index + 1 == words.Count || words[index + 1].Kana.Trim('ッ').Length == 0)
                kana = kana.TrimEnd('ッ');
            var found = full.IndexOf(surface, at, StringComparison.Ordinal);
            if (found < 0 || (found > at && waiting.Length == 0))
            {
                waiting += kana;
                continue;
            }

            if (found > at)
                yield return (shown[at..found], waiting);
            var before = found > at ? "" : waiting;
            (at, waiting) = (found + surface.Length, "");
            var cried = cries.Any(cry => cry.Index <= found && at <= cry.Index + cry.Length);
            yield return (shown[found..at], before + (cried ? Kana.Katakana(surface).TrimEnd('ッ') : kana));
        }

        if (at < shown.Length)
            yield return (shown[at..], waiting);
    }

    /// <summary>The voice with the language that the analysis asks for. The header is text and keeps its length.</summary>
    private static byte[] JapaneseVoice(byte[] voice)
    {
        var at = voice.AsSpan(0, Math.Min(voice.Length, 4_096)).IndexOf("HTS_TTS_ENG"u8);
        if (at >= 0)
            "HTS_TTS_JPN"u8.CopyTo(voice.AsSpan(at));
        return voice;
    }

    [GeneratedRegex(@"[一-龯々]+[《（](?<kana>[ぁ-ゖァ-ヺー]+)[》）]", RegexOptions.None, SpeechText.MatchMilliseconds)]
    private static partial Regex Furigana();

    [GeneratedRegex("(?<![0-9０-９一二三四五六七八九十百千])(?:二十|２０)[歳才]", RegexOptions.None, SpeechText.MatchMilliseconds)]
    private static partial Regex Twenty();

    /// <summary>こ、これ: the word alone is spoken.</summary>
    [GeneratedRegex(
        "(?<![ぁ-ゖァ-ヺー一-龯])(?:(?<first>[ぁ-ゖァ-ヺ])[、…‥・っッ]+)+(?<word>\\k<first>[ぁ-ゖァ-ヺー])", RegexOptions.None, SpeechText.MatchMilliseconds)]
    private static partial Regex Stammer();

    [GeneratedRegex("(?<h>[０-９]{1,2})：(?<m>(?!００)[０-５][０-９])(?![０-９])", RegexOptions.None, SpeechText.MatchMilliseconds)]
    private static partial Regex Clock();

    [GeneratedRegex("(?<h>[０-９]{1,2})：００(?![０-９])", RegexOptions.None, SpeechText.MatchMilliseconds)]
    private static partial Regex FullHour();

    [GeneratedRegex("(?<![０-９])０{1,2}時(?!間)", RegexOptions.None, SpeechText.MatchMilliseconds)]
    private static partial Regex Midnight();

    [GeneratedRegex("(?<![０-９Ａ-Ｚａ-ｚ])[－−](?=[０-９])", RegexOptions.None, SpeechText.MatchMilliseconds)]
    private static partial Regex Minus();

    [GeneratedRegex("℃", RegexOptions.None, SpeechText.MatchMilliseconds)]
    private static partial Regex Celsius();

    [GeneratedRegex("(?<![０-９一二三四五六七八九十])[１一]対[１一](?![０-９一二三四五六七八九十])", RegexOptions.None, SpeechText.MatchMilliseconds)]
    private static partial Regex OneToOne();

    [GeneratedRegex("明後日", RegexOptions.None, SpeechText.MatchMilliseconds)]
    private static partial Regex DayAfterTomorrow();

    [GeneratedRegex("(?<![０-９])(?<n>[０-９]{1,3})／(?<d>[０-９]{1,3})(?![０-９])", RegexOptions.None, SpeechText.MatchMilliseconds)]
    private static partial Regex Fraction();

    [GeneratedRegex("(?<n>[3３三])件", RegexOptions.None, SpeechText.MatchMilliseconds)]
    private static partial Regex Items();

    [GeneratedRegex("(?<kana>[ぁ-ゖァ-ヺー])[~〜～∼]+", RegexOptions.None, SpeechText.MatchMilliseconds)]
    private static partial Regex Elongation();

    [GeneratedRegex("何(?=[だでのてと])", RegexOptions.None, SpeechText.MatchMilliseconds)]
    private static partial Regex What();

    /// <summary>The analysis reads 待て as マテテ where nothing follows, and 立て as ダテ where nothing goes before.</summary>
    [GeneratedRegex("待(?=て)", RegexOptions.None, SpeechText.MatchMilliseconds)]
    private static partial Regex Wait();

    [GeneratedRegex("捨(?=て)", RegexOptions.None, SpeechText.MatchMilliseconds)]
    private static partial Regex Throw();

    [GeneratedRegex("保(?=て)", RegexOptions.None, SpeechText.MatchMilliseconds)]
    private static partial Regex Keep();

    [GeneratedRegex("(?<![一-龯ぁ-ゖ々])立(?=て)", RegexOptions.None, SpeechText.MatchMilliseconds)]
    private static partial Regex Stand();

    /// <summary>は and へ alone are cries, not particles, which are read ワ and エ.</summary>
    [GeneratedRegex("(?<![^「『！？…。、（])[はへ]+(?=[ぁっッー]*(?:[」』！？…。、）]|$))", RegexOptions.None, SpeechText.MatchMilliseconds)]
    private static partial Regex Cry();

    [GeneratedRegex(@"(?<sign>[ぁ-ゖァ-ヺー])\k<sign>{3,}", RegexOptions.None, SpeechText.MatchMilliseconds)]
    private static partial Regex Repeated();
}
