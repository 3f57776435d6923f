using MangaMotion.Comics.Lettering;
using MangaMotion.Comics.Panels;

namespace MangaMotion.Comics.Tests.Lettering;

public sealed class LinesTests
{
    [Fact]
    public void Lines_above_each_other_are_one_bubble_in_sentence_case_and_a_divided_word_is_joined()
    {
        var bubbles = Bubbles(
        [
            .. Line(1, 100, 100, "I THINK"), .. Line(2, 90, 122, "IT'S SOME-"), .. Line(3, 95, 144, "THING... BIG!"),
            .. Line(4, 400, 110, "RUN, DR. GREY!"),
        ]);

        bubbles.Select(bubble => bubble.Text).ShouldBe(["I think it's something... big!", "Run, dr. Grey!"]);
    }

    [Fact]
    public void Words_of_two_bubbles_at_one_height_are_two_lines()
    {
        var bubbles = Bubbles([.. Line(1, 100, 100, "WHO IS THERE?"), .. Line(1, 600, 100, "ONLY ME.")]);
        bubbles.Select(bubble => bubble.Text).ShouldBe(["Who is there?", "Only me."]);
    }

    [Fact]
    public void A_likely_word_is_kept_beside_a_sure_one() =>
        Bubbles([new SeenWord(1, "THE", 95, 0, 0, 40, 20), new SeenWord(1, "ROCKS!", 60, 50, 0, 70, 20), new SeenWord(1, "Ey", 20, 130, 0, 20, 20)])
            .ShouldHaveSingleItem().Text.ShouldBe("The rocks!");

    [Fact]
    public void What_is_not_sure_or_no_word_is_left_out()
    {
        Bubbles(
        [
            new SeenWord(1, "HELLO", 79, 0, 0, 50, 20), new SeenWord(2, "|/\\", 99, 0, 100, 50, 20), new SeenWord(3, "—", 99, 0, 200, 50, 20),
            new SeenWord(4, "x", 99, 0, 300, 50, 20), new SeenWord(5, "~~~a", 99, 0, 400, 50, 20),
        ]).ShouldBeEmpty();
    }

    [Fact]
    public void Text_that_is_not_in_capitals_stays_as_it_is() =>
        Bubbles(Line(1, 0, 0, "Meanwhile in Paris")).ShouldHaveSingleItem().Text.ShouldBe("Meanwhile in Paris");

    [Fact]
    public void Pieces_of_a_line_that_were_read_apart_are_joined_where_they_are_of_one_size_and_close() =>
        EnglishLettering.Bubbles([new Bubble(310, 101, 200, 19, "THE LAMP."), new Bubble(100, 100, 200, 20, "MIRA LIGHTS"), new Bubble(600, 100, 80, 20, "WHO?")])
            .Select(bubble => bubble.Text).ShouldBe(["Mira lights the lamp.", "Who?"]);

    [Fact]
    public void A_short_word_that_stands_alone_is_a_drawing_unless_a_sign_ends_it()
    {
        EnglishLettering.Bubbles([new Bubble(0, 0, 40, 20, "LV"), new Bubble(0, 300, 40, 20, "AWE"), new Bubble(0, 600, 40, 20, "OH!")])
            .ShouldHaveSingleItem().Text.ShouldBe("Oh!");
    }

    [Theory]
    [InlineData("WHAT ELSE CAN SHINE’?", "What else can shine?")]
    [InlineData("“COME HERE!", "Come here!")]
    [InlineData("SHE'S DANCIN'!", "She's dancin'!")]
    [InlineData("THE CATS' TAILS", "The cats' tails")]
    public void A_quote_without_another_is_a_speck(string lettered, string expected) =>
        EnglishLettering.Bubbles([new Bubble(0, 0, 400, 20, lettered)]).ShouldHaveSingleItem().Text.ShouldBe(expected);

    [Fact]
    public void A_block_is_lettering_as_a_whole_or_not_at_all()
    {
        EnglishLettering.BlockLines([new SeenWord(1, "SHINE!", 77, 0, 0, 90, 20)]).ShouldHaveSingleItem();
        EnglishLettering.BlockLines([new SeenWord(1, "ROCKS", 92, 0, 0, 90, 20), new SeenWord(2, "Wq—iEz", 20, 0, 30, 90, 20)]).ShouldBeEmpty();
        EnglishLettering.BlockLines([]).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("店長|93 甘い|89 の|92 好き|97 2?|13", "店長甘いの好き")]
    [InlineData("ほん|95 と|41", "ほん")] // unsure words are left out, the rest stays
    [InlineData("有っ|20 ミミ|10 用|0", null)] // a drawing
    [InlineData("て|96", null)] // one letter is a scratch more often than a word
    [InlineData("Il|99 ...|99", null)]
    [InlineData("", null)]
    public void Japanese_is_kept_where_it_is_sure(string words, string? expected)
    {
        var seen = words.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => word.Split('|')).Select(word => new SeenWord(1, word[0], int.Parse(word[1]), 0, 0, 1, 1));
        JapaneseLettering.Text(seen).ShouldBe(expected);
    }

    [Theory]
    [InlineData(ReadingDirection.RightToLeft, "right left low")]
    [InlineData(ReadingDirection.LeftToRight, "left right low")]
    public void Bubbles_are_read_from_above_and_from_the_side_where_reading_begins(ReadingDirection direction, string expected)
    {
        Bubble[] bubbles = [new(500, 400, 100, 100, "low"), new(50, 100, 100, 100, "left"), new(500, 110, 100, 100, "right")];
        string.Join(' ', Bubble.InOrder(bubbles, direction).Select(bubble => bubble.Text)).ShouldBe(expected);
    }

    private static IReadOnlyList<Bubble> Bubbles(IEnumerable<SeenWord> words) => EnglishLettering.Bubbles(EnglishLettering.Lines(words));

    private static IEnumerable<SeenWord> Line(int line, double x, double y, string text)
    {
        foreach (var word in text.Split(' '))
        {
            yield return new SeenWord(line, word, 95, x, y, 12 * word.Length, 18);
            x += 12 * (word.Length + 1);
        }
    }
}
