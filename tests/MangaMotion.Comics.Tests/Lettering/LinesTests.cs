using MangaMotion.Comics.Lettering;
using MangaMotion.Comics.Panels;

namespace MangaMotion.Comics.Tests.Lettering;

public sealed class LinesTests
{
    [Fact]
    public void Lines_above_each_other_are_one_bubble_in_sentence_case_and_a_divided_word_is_joined()
    {
        var bubbles = BuildBubbles(
        [
            .. CreateLine(1, 100, 100, "I THINK"), .. CreateLine(2, 90, 122, "IT'S SOME-"), .. CreateLine(3, 95, 144, "THING... BIG!"),
            .. CreateLine(4, 400, 110, "RUN, DR. GREY!"),
        ]);

        bubbles.Select(bubble => bubble.Text).ShouldBe(["I think it's something... big!", "Run, dr. Grey!"]);
    }

    [Fact]
    public void Words_of_two_bubbles_at_one_height_are_two_lines()
    {
        var bubbles = BuildBubbles([.. CreateLine(1, 100, 100, "WHO IS THERE?"), .. CreateLine(1, 600, 100, "ONLY ME.")]);
        bubbles.Select(bubble => bubble.Text).ShouldBe(["Who is there?", "Only me."]);
    }

    [Fact]
    public void A_likely_word_is_kept_beside_a_certain_one() =>
        BuildBubbles(
        [
            new PageWord(1, "THE", 95, 0, 0, 40, 20), new PageWord(1, "ROCKS!", 60, 50, 0, 70, 20),
            new PageWord(1, "Ey", 20, 130, 0, 20, 20),
        ]).ShouldHaveSingleItem().Text.ShouldBe("The rocks!");

    [Fact]
    public void Uncertain_words_and_drawings_are_left_out()
    {
        BuildBubbles(
        [
            new PageWord(1, "HELLO", 79, 0, 0, 50, 20), new PageWord(2, "|/\\", 99, 0, 100, 50, 20),
            new PageWord(3, "—", 99, 0, 200, 50, 20),
            new PageWord(4, "x", 99, 0, 300, 50, 20), new PageWord(5, "~~~a", 99, 0, 400, 50, 20),
        ]).ShouldBeEmpty();
    }

    [Fact]
    public void Text_that_is_not_in_capitals_stays_as_it_is() =>
        BuildBubbles(CreateLine(1, 0, 0, "Meanwhile in Paris")).ShouldHaveSingleItem().Text.ShouldBe("Meanwhile in Paris");

    [Fact]
    public void Pieces_of_a_line_are_joined_if_they_are_close_and_of_the_same_height() =>
        EnglishLettering.BuildBubbles(
        [
            new Bubble(310, 101, 200, 19, "THE LAMP."), new Bubble(100, 100, 200, 20, "MIRA LIGHTS"), new Bubble(600, 100, 80, 20, "WHO?"),
        ])
            .Select(bubble => bubble.Text).ShouldBe(["Mira lights the lamp.", "Who?"]);

    [Fact]
    public void A_single_short_word_is_a_drawing_unless_punctuation_ends_it()
    {
        EnglishLettering.BuildBubbles([
            new Bubble(0, 0, 40, 20, "LV"), new Bubble(0, 300, 40, 20, "AWE"), new Bubble(0, 600, 40, 20, "OH!")])
            .ShouldHaveSingleItem().Text.ShouldBe("Oh!");
    }

    [Theory]
    [InlineData("WHAT ELSE CAN SHINE’?", "What else can shine?")]
    [InlineData("“COME HERE!", "Come here!")]
    [InlineData("SHE'S DANCIN'!", "She's dancin'!")]
    [InlineData("THE CATS' TAILS", "The cats' tails")]
    public void A_quote_without_a_counterpart_is_removed(string lettered, string expected) =>
        EnglishLettering.BuildBubbles([new Bubble(0, 0, 400, 20, lettered)]).ShouldHaveSingleItem().Text.ShouldBe(expected);

    [Fact]
    public void A_block_is_lettering_as_a_whole_or_not_at_all()
    {
        EnglishLettering.BuildBlockLines([new PageWord(1, "SHINE!", 77, 0, 0, 90, 20)]).ShouldHaveSingleItem();
        EnglishLettering.BuildBlockLines([new PageWord(1, "ROCKS", 92, 0, 0, 90, 20), new PageWord(2, "Wq—iEz", 20, 0, 30, 90, 20)])
            .ShouldBeEmpty();
        EnglishLettering.BuildBlockLines([]).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("店長|93 甘い|89 の|92 好き|97 2?|13", "店長甘いの好き")]
    [InlineData("ほん|95 と|41", "ほんと")] // an uncertain word stays in a certain block
    [InlineData("有っ|20 ミミ|10 用|0", "")] // a drawing
    [InlineData("て|96", "")] // a single letter is more often a scratch than a word
    [InlineData("Il|99 ...|99", "")]
    [InlineData("", "")]
    public void Japanese_is_kept_where_it_is_certain(string words, string expected)
    {
        var parts = words.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => word.Split('|'));
        JapaneseLettering.JoinWords(parts.Select(part => new PageWord(1, part[0], int.Parse(part[1]), 0, 0, 1, 1))).Text.ShouldBe(expected);
    }

    [Theory]
    [InlineData(ReadingDirection.RightToLeft, "right left low")]
    [InlineData(ReadingDirection.LeftToRight, "left right low")]
    public void Bubbles_are_read_from_above_and_from_the_side_where_reading_begins(ReadingDirection direction, string expected)
    {
        Bubble[] bubbles = [new(500, 400, 100, 100, "low"), new(50, 100, 100, 100, "left"), new(500, 110, 100, 100, "right")];
        string.Join(' ', Bubble.OrderForReading(bubbles, direction).Select(bubble => bubble.Text)).ShouldBe(expected);
    }

    private static IReadOnlyList<Bubble> BuildBubbles(IEnumerable<PageWord> words) =>
        EnglishLettering.BuildBubbles(EnglishLettering.BuildLines(words));

    private static IEnumerable<PageWord> CreateLine(int line, double x, double y, string text)
    {
        foreach (var word in text.Split(' '))
        {
            yield return new PageWord(line, word, 95, x, y, 12 * word.Length, 18);
            x += 12 * (word.Length + 1);
        }
    }
}
