using MangaMotion.Comics.Subtitles;

namespace MangaMotion.Comics.Tests.Subtitles;

public sealed class SubtitleCueTests
{
    [Fact]
    public void A_short_line_is_one_cue_that_stays_half_a_second_after_its_last_word()
    {
        var cue = SubtitleCue.SplitLine(CreateWords("Who put out the light?"), until: 100).ShouldHaveSingleItem();

        (cue.Text, cue.Start, cue.End).ShouldBe(("Who put out the light?", 10, 15.3));
    }

    [Fact]
    public void No_cue_is_shown_longer_than_its_shot() =>
        SubtitleCue.SplitLine(CreateWords("Who are you?"), until: 12.9)[^1].End.ShouldBe(12.9);

    [Fact]
    public void A_long_line_is_broken_where_its_clauses_end()
    {
        var cues = SubtitleCue.SplitLine(
            CreateWords("When the lamp went dark, no one in the village said a word, because everybody knew what it meant. "
                + "Only Mira took the stairs."),
            until: 100);

        cues.Select(cue => cue.Text).ShouldBe(
        [
            "When the lamp went dark,\nno one in the village said a word,",
            "because everybody knew what it meant.",
            "Only Mira took the stairs.",
        ]);
        foreach (var (cue, next) in cues.Zip(cues.Skip(1)))
            next.Start.ShouldBeGreaterThanOrEqualTo(cue.End);
    }

    [Fact]
    public void No_cue_has_more_than_two_lines_of_42_cells()
    {
        var random = new Random(5);
        for (var round = 0; round < 200; round++)
        {
            var texts = Enumerable.Range(0, random.Next(1, 60))
                .Select(_ => new string('a', random.Next(1, 14)) + (random.Next(6) == 0 ? "," : ""));
            var words = CreateWords(string.Join(' ', texts));

            var cues = SubtitleCue.SplitLine(words, until: 1000);

            string.Join(' ', cues.Select(cue => cue.Text.Replace('\n', ' '))).ShouldBe(string.Join(' ', words.Select(word => word.Text)));
            cues.SelectMany(cue => cue.Text.Split('\n')).ShouldAllBe(line => line.Length <= 42);
            cues.ShouldAllBe(cue => cue.Text.Split('\n').Length <= 2 && cue.End > cue.Start);
        }
    }

    [Fact]
    public void Japanese_has_no_spaces_and_half_as_many_characters_in_a_line()
    {
        string[] words = ["今日", "は", "東京", "へ", "行き", "まし", "た。", "そして", "とても", "美味しい", "ラーメン", "を", "三", "杯", "も", "食べ", "て", "しまい",
            "まし", "た！"];

        var cues = SubtitleCue.SplitLine([.. words.Select((word, i) => new TimedWord(word, i, i + 1))], until: 100);

        string.Concat(cues.Select(cue => cue.Text.Replace("\n", ""))).ShouldBe(string.Concat(words));
        cues.SelectMany(cue => cue.Text.Split('\n')).ShouldAllBe(line => line.Length <= 21);
    }

    [Fact]
    public void A_word_longer_than_a_line_is_shown_as_it_is() =>
        SubtitleCue.SplitLine(CreateWords(new string('x', 100) + " yes"), until: 100).Count.ShouldBe(2);

    [Fact]
    public void WebVtt_has_times_of_milliseconds_and_no_markup()
    {
        var text = WebVtt.WriteCues([new SubtitleCue(3725.0004, 3727.25, "<b>Tom & Ann</b>\n--> go")]);

        text.ShouldBe("WEBVTT\n\n01:02:05.000 --> 01:02:07.250\n&lt;b&gt;Tom &amp; Ann&lt;/b&gt;\n--&gt; go\n");
    }

    /// <summary>Creates one word for each second from second 10.</summary>
    private static List<TimedWord> CreateWords(string line) =>
        [.. line.Split(' ').Select((word, i) => new TimedWord(word, 10 + i, 10 + i + 0.8))];
}
