using System.Text;
using MangaMotion.Film.Speech;
using Microsoft.Extensions.Logging.Abstractions;

namespace MangaMotion.Media.Tests;

/// <summary>
/// Lines of comics and their spoken text, from EnglishLines.tsv and JapaneseLines.tsv, compared with the readings of the tools.
/// </summary>
public sealed class SpeechReadingTests : IAsyncLifetime
{
    private static readonly List<(string Line, string Spoken)> English = Rows("EnglishLines.tsv"), Japanese = Rows("JapaneseLines.tsv");

    private readonly MediaRig _rig = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact]
    public void English_lines_are_spoken_as_expected()
    {
        English.Count.ShouldBeGreaterThanOrEqualTo(120);
        English.Select(row => (row.Line, row.Spoken, Read: Plain(Spoken(row.Line)))).Where(row => row.Read != row.Spoken).ShouldBeEmpty();
    }

    [Fact]
    public void Festival_speaks_each_word_as_given_and_spells_none()
    {
        var script = Path.Combine(_rig.Root.Create().NewDirectory(), "words.scm");
        var lines = English.Select(row => SpeechText.Ascii(SpeechSynthesizer.WithLetterA(Spoken(row.Line), "ay"))).ToList();
        File.WriteAllText(
            script,
            """
            (voice_cmu_us_slt_arctic_hts)
            (define (words text)
              (let ((u (Utterance Text "")))
                (utt.set_feat u "iform" (format nil "%l" text))
                (Initialize u) (Text u) (Token_POS u) (Token u)
                (mapcar (lambda (w) (format t "%s " (item.name w))) (utt.relation.items u 'Word))
                (format t "\n")))
            """ + string.Join('\n', lines.Select(line => $"(words \"{line}\")")));

        var said = Vips.Run("festival", "-b", script).Split('\n');

        said.Length.ShouldBe(lines.Count + 1);
        lines.Select((line, index) => (line, said: said[index])).Where(row => Words(row.said) != Words(row.line)).ShouldBeEmpty();

        static string Words(string text) =>
            Plain(text.Replace(" '", "'", StringComparison.Ordinal)).Replace("'", "", StringComparison.Ordinal).ToLowerInvariant();
    }

    [Fact]
    public void Espeak_and_flite_speak_a_line_like_its_words()
    {
        var espeak = English.Select(
            row => (row.Line, Said: Espeak(Spoken(row.Line)), Expected: Espeak(row.Spoken))).Where(row => row.Said != row.Expected);
        var flite = English.Select(
            row => (row.Line, Said: Flite(Spoken(row.Line)), Expected: Flite(row.Spoken))).Where(row => row.Said != row.Expected);

        espeak.ShouldBeEmpty();
        flite.ShouldBeEmpty();
    }

    [Fact]
    public void The_full_stop_of_an_abbreviation_is_not_a_pause() =>
        EnglishReading.Words("Dr. J. Smith, of the U.S. Navy, left. Who?").Where(
            word => word.EndsClause).Select(word => word.Shown).ShouldBe(["Smith,", "Navy,", "left.", "Who?"]);

    [Fact]
    public async Task Japanese_lines_are_spoken_with_their_counters_and_cries()
    {
        Japanese.Count.ShouldBeGreaterThanOrEqualTo(120);
        var wrong = new List<string>();
        foreach (var (line, spoken) in Japanese)
        {
            var read = string.Concat((await JapaneseAsync(line)).Select(word => word.Spoken));
            if (read != spoken)
                wrong.Add($"{line}: {read}, not {spoken}");
        }

        wrong.ShouldBeEmpty();
    }

    [Fact]
    public async Task Every_word_of_a_Japanese_line_keeps_its_spelling()
    {
        foreach (var (line, _) in Japanese)
            string.Concat((await JapaneseAsync(line)).Select(word => word.Shown)).ShouldBe(line);
        (await JapaneseAsync("今日は東京へ行きました。")).Select(word => word.Shown).ShouldBe(["今日", "は", "東京", "へ", "行き", "まし", "た。"]);
    }

    [Theory]
    [InlineData("今日は良い天気。")]
    [InlineData("良い天気")]
    public async Task A_Japanese_line_of_the_greatest_length_is_read_whole(string sentence)
    {
        var spoken = string.Concat((await JapaneseAsync(sentence)).Select(word => word.Spoken));
        var count = SpeechRequest.MaxCharacters / sentence.Length;
        var line = string.Concat(Enumerable.Repeat(sentence, count));

        var words = await JapaneseAsync(line);

        string.Concat(words.Select(word => word.Shown)).ShouldBe(line);
        string.Concat(words.Select(word => word.Spoken)).ShouldBe(string.Concat(Enumerable.Repeat(spoken, count)));
    }

    private Task<IReadOnlyList<SpeechWord>> JapaneseAsync(string line) =>
        new SpeechSynthesizer(_rig.Tools, NullLogger<SpeechSynthesizer>.Instance).WordsAsync(
            _rig.Root.Create(), line, "ja", TestContext.Current.CancellationToken);

    private static string Spoken(string line) => string.Join(' ', EnglishReading.Words(SpeechText.Clean(line)).Select(word => word.Spoken));

    private static string Plain(string spoken) =>
        string.Join(' ', string.Concat(
            spoken.Where(sign => !".,!?".Contains(sign, StringComparison.Ordinal))).Split(' ', StringSplitOptions.RemoveEmptyEntries));

    private static string Espeak(string text) =>
        Phonemes(Vips.Run("espeak-ng", "-q", "-x", "-v", "en-us", SpeechSynthesizer.WithLetterA(text, "eh")));

    private static string Flite(string text) =>
        Phonemes(Vips.Run("flite", "-voice", "slt", "-ps", "-t", SpeechText.Ascii(
            SpeechSynthesizer.WithLetterA(text, "ay")), "-o", "none").Replace("pau", "", StringComparison.Ordinal));

    /// <summary>Removes stress, pauses and white space.</summary>
    private static string Phonemes(string said) =>
        string.Concat(said.Where(sign => !char.IsWhiteSpace(sign) && !"',_:|".Contains(sign, StringComparison.Ordinal)));

    private static List<(string Line, string Spoken)> Rows(string file) =>
        [.. File.ReadLines(
            Path.Combine(AppContext.BaseDirectory, file), Encoding.UTF8).Select(row => row.Split('\t')).Select(row => (row[0], row[1]))];
}
