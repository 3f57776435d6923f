using MangaMotion.Comics.Panels;
using MangaMotion.Comics.Script;

namespace MangaMotion.Comics.Tests.Script;

public sealed class TitleCardsTests
{
    [Fact]
    public void The_opening_card_has_title_chapter_and_author_and_the_end_card_source_and_credits()
    {
        var script = TitleCards.AddTo(Create("en"), new()
        {
            Chapter = "Lamps 3",
            Author = "M. Keeper",
            Source = "https://example.com/lamps/3",
            Credits = ["Voice: Slate (free licence)"],
        });

        ScriptRules.Check(script).ShouldBeEmpty();
        script.Shots.Select(shot => (shot.Id, shot.Page, shot.Transition)).ShouldBe(
        [
            ("opening", 1, ShotTransition.Fade), ("p001-s01", 1, ShotTransition.Fade), ("p002-s01", 2, ShotTransition.Cut),
            ("ending", 2, ShotTransition.Fade),
        ]);
        script.Shots[0].Card.ShouldBe(["The Last Lamp", "Lamps 3", "by M. Keeper"]);
        script.Shots[^1].Card.ShouldBe(
            ["The Last Lamp", "by M. Keeper", "Source: https://example.com/lamps/3", "Voice: Slate (free licence)"]);
        TitleCards.AddTo(Create("ja"), new() { Author = "灯" }).Shots[0].Card.ShouldBe(["The Last Lamp", "作 灯"]);
    }

    [Theory]
    [InlineData(1920, 1080)]
    [InlineData(1080, 1920)]
    [InlineData(1080, 1080)]
    public void A_card_shows_a_part_of_a_panel_that_fills_the_frame_and_has_little_lettering(int width, int height)
    {
        var script = TitleCards.AddTo(Create("en") with { Width = width, Height = height }, new());

        var box = script.Shots[0].Panel;
        ((double)box.Width / box.Height).ShouldBe((double)width / height, 0.02);
        (box.X >= 20 && box.Y >= 20 && box.X + box.Width <= 1020 && box.Y + box.Height <= 420).ShouldBeTrue($"{box} is not in the panel");
        if (width <= height)
            box.X.ShouldBeGreaterThanOrEqualTo(320, "the caption is at the left");
    }

    [Fact]
    public void Blank_lines_of_a_card_and_an_unknown_cover_are_rejected()
    {
        var script = TitleCards.AddTo(Create("en"), new());
        ScriptError[] Check(IReadOnlyList<string> card) =>
            [.. ScriptRules.Check(script with { Shots = [script.Shots[0] with { Card = card }, .. script.Shots.Skip(1)] })];

        Check([]).ShouldHaveSingleItem().Field.ShouldBe("card");
        Check(["Title", " "]).ShouldHaveSingleItem().Field.ShouldBe("card");
        Check(["Line\nbreak"]).ShouldHaveSingleItem().Field.ShouldBe("card");
        Check([.. Enumerable.Repeat("Line", 8)]).ShouldBeEmpty();
        ScriptRules.Check(script with { Cover = "opening" }).ShouldBeEmpty();
        ScriptRules.Check(script with { Cover = "p009-s01" }).ShouldHaveSingleItem().Field.ShouldBe("cover");
    }

    /// <summary>Creates a script of two pages. The wide panel of the first one has a caption at its left side.</summary>
    private static VideoScript Create(string language) => new()
    {
        Title = "The Last Lamp",
        Language = language,
        Direction = ReadingDirection.LeftToRight,
        Width = 1920,
        Height = 1080,
        Fps = 30,
        Pages = [.. Enumerable.Range(1, 2).Select(page => new ScriptPage { Number = page, Name = $"{page}", Width = 1040, Height = 1500 })],
        Shots = [.. Enumerable.Range(1, 2).Select(page => new ScriptShot
        {
            Id = ScriptShot.FormatId(page, 1),
            Page = page,
            Panel = new() { X = 20, Y = 20, Width = 1000, Height = 400 },
            Confidence = 1,
            Line = "A line.",
            Lettering = [new() { X = 30, Y = 30, Width = 290, Height = 380 }],
        })],
    };
}
