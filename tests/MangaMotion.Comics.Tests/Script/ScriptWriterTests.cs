using MangaMotion.Comics.Camera;
using MangaMotion.Comics.Lettering;
using MangaMotion.Comics.Panels;
using MangaMotion.Comics.Script;

namespace MangaMotion.Comics.Tests.Script;

public sealed class ScriptWriterTests
{
    private static readonly PageReading Page = new()
    {
        Number = 1,
        Name = "001.png",
        Layout = new PageLayout(800, 1200,
            [new Panel(0, 0, 800, 300, 0.9), new Panel(420, 320, 380, 880, 0.4), new Panel(0, 320, 400, 880, 0.8),
            new Panel(0, 0, 9, 9, 0.9)], 0.4),
        Bubbles = [new Bubble(10, 10, 80, 60, "Two!"), new Bubble(650, 20, 80, 60, "One"), new Bubble(395, 500, 20, 20, "Between")],
    };

    [Fact]
    public void Each_panel_is_a_shot_with_the_nearest_bubbles()
    {
        var script = Write(Page);

        ScriptRules.Check(script).ShouldBeEmpty();
        script.Shots.Select(shot => (shot.Id, shot.Line, shot.Move, shot.Transition, shot.Flag)).ShouldBe(
        [
            ("p001-s01", "One. Two!", CameraMove.Pan, ShotTransition.Fade, (ShotFlag?)null),
            ("p001-s02", null, CameraMove.TiltDown, ShotTransition.Cut, ShotFlag.Doubtful),
            ("p001-s03", "Between.", CameraMove.TiltDown, ShotTransition.Cut, null),
        ]);
    }

    [Fact]
    public void A_shot_has_the_corners_of_its_panel_and_the_boxes_of_its_bubbles()
    {
        var outline = (PagePoint[])[new(0, 0.04), new(800, 0), new(760, 300), new(0, 300)];
        var script = Write(Page with
        {
            Layout = Page.Layout! with { Panels = [new Panel(0, 0, 800, 300, 0.9) { Outline = outline }] },
            Bubbles = [Page.Bubbles[0], Page.Bubbles[1] with { Balloon = new(620.5, 5, 140, 90) }],
        });

        ScriptRules.Check(script).ShouldBeEmpty();
        script.Shots[0].Outline.ShouldBe([new(0, 0), new(800, 0), new(760, 300), new(0, 300)]);
        // Without a balloon, the box is the lettering and a rim of two fifths of its shorter side, as far as it is on the page.
        script.Shots[0].Lettering.ShouldBe(
        [
            new() { X = 620, Y = 5, Width = 141, Height = 90, Letters = 3 }, new() { X = 0, Y = 0, Width = 114, Height = 94, Letters = 3 },
        ]);
        Write(Page).Shots[1].ShouldSatisfyAllConditions(shot => shot.Outline.ShouldBeNull(), shot => shot.Lettering.ShouldBeNull());
    }

    [Fact]
    public void A_page_without_panels_is_shown_whole_and_an_unreadable_page_has_a_reason()
    {
        var whole = Page with { Number = 2, Layout = new PageLayout(800, 1200, [new Panel(0, 0, 800, 1200, 0.3)], 0.3), Bubbles = [] };
        var script = Write(Page, whole, new PageReading { Number = 3, Name = "3\n.png", Reason = "The PNG is damaged." });

        ScriptRules.Check(script).ShouldBeEmpty();
        script.Pages[1].ShouldBe(new ScriptPage
        {
            Number = 2,
            Name = "001.png",
            Width = 800,
            Height = 1200,
            Whole = true,
            Reason = "No panels were found, so the page is shown whole.",
        });
        script.Pages[2].ShouldBe(new ScriptPage { Number = 3, Name = "3.png", Width = 0, Height = 0, Reason = "The PNG is damaged." });
        script.Shots.Single(shot => shot.Page == 2).Flag.ShouldBe(ShotFlag.WholePage);
        script.Shots.ShouldNotContain(shot => shot.Page == 3);
    }

    [Fact]
    public void Unread_lettering_and_uncertain_lines_are_flagged()
    {
        var script = Write(Page with
        {
            Layout = Page.Layout! with { Panels = [.. Page.Layout.Panels.Select(panel => panel with { Confidence = 0.9 })] },
            Bubbles = [new Bubble(10, 10, 80, 60, "Yes!"), new Bubble(650, 20, 80, 60, "N0") { Confidence = 0.4 }],
            Unread = [new Bubble(500, 500, 50, 50, "")],
            Details = [0.1, 0.1, 0.1, 0.1],
        });

        script.Shots.Select(shot => (shot.Line, shot.LineConfidence, shot.Flag)).ShouldBe(
        [
            ("N0. Yes!", 0.4, ShotFlag.DoubtfulLine),
            (null, null, ShotFlag.Unread),
            (null, (double?)null, (ShotFlag?)null),
        ]);
        script.Shots[1].Duration.ShouldBe(2.5); // Its lettering is read by the viewer.
        script.Notes.ShouldBeNull();
    }

    [Fact]
    public void A_script_with_lines_in_fewer_than_a_third_of_the_lettered_panels_says_so()
    {
        var unread = Page with { Bubbles = [], Unread = [new Bubble(10, 10, 50, 50, ""), new Bubble(500, 500, 50, 50, "")] };

        Write(unread, unread with { Number = 2, Bubbles = [new Bubble(10, 500, 50, 50, "Between")] }).Notes.ShouldBe(
        [
            "Only 1 of 5 panels with lettering have a line. The chapter was read as 'en'. "
            + "Check the language, or write the lines in the script.",
        ]);
    }

    [Fact]
    public void A_silent_shot_states_its_short_duration()
    {
        var script = Write(Page with { Bubbles = [new Bubble(10, 10, 80, 60, "Yes!")], Details = [0.5, 0.1, 1, 1] });

        script.Shots.Select(shot => shot.Duration).ShouldBe([null, 1.5, 3.1]);
        ScriptRules.Check(script).ShouldBeEmpty();
    }

    // The bubbles are in sentence case.
    [Theory]
    [InlineData(
        "Think, mira. What else can shine?|Every night, mira lights the lamp.",
        "Think, Mira. What else can shine? Every night, Mira lights the lamp.")]
    [InlineData("Run, dr. grey!|It was grey.", "Run, Dr. Grey! It was grey.")]
    [InlineData("Where is mel-chan?|I saw mel.", "Where is Mel-chan? I saw Mel.")]
    [InlineData("Up the stairs, quick!|Be quick.", "Up the stairs, quick! Be quick.")]
    [InlineData("Look, rocks!|The rocks are near.", "Look, rocks! The rocks are near.")]
    [InlineData("Think, ada.", "Think, ada.")]
    public void Names_are_capitalised_if_the_lines_show_that_they_are_names(string bubbles, string line) =>
        Write(Page with
        {
            Layout = new PageLayout(800, 1200, [new Panel(0, 0, 800, 1200, 0.9)], 0.9),
            Bubbles = [.. bubbles.Split('|').Select((text, i) => new Bubble(10, 10 + (100 * i), 80, 60, text))],
        }).Shots[0].Line.ShouldBe(line);

    [Fact]
    public void A_bubble_in_an_inset_belongs_to_the_inset()
    {
        var script = Write(Page with
        {
            Layout = new PageLayout(800, 1200, [new Panel(0, 0, 800, 1200, 0.9), new Panel(100, 100, 200, 200, 0.9)], 0.9),
            Bubbles = [new Bubble(150, 150, 50, 50, "Here")],
        });

        script.Shots.Select(shot => shot.Line).ShouldBe([null, "Here."]);
    }

    [Fact]
    public void Japanese_bubbles_end_as_sentences()
    {
        var script = ScriptWriter.WriteScript(
            "t", "ja", ReadingDirection.RightToLeft, FrameSize.Landscape, 30,
            [Page with { Bubbles = [new Bubble(1, 1, 9, 9, "雨"), new Bubble(700, 1, 9, 9, "ほら")] }]);
        script.Shots[0].Line.ShouldBe("ほら。雨。");
    }

    [Fact]
    public void A_script_is_valid_for_any_recognised_text()
    {
        var text = "a\u0007b" + string.Concat(Enumerable.Repeat("😀", 900));
        var script = ScriptWriter.WriteScript(
            new string('t', 999), "en", ReadingDirection.LeftToRight, FrameSize.Square, 24,
            [Page with { Name = "\u202Ex\u0000", Bubbles = [new Bubble(1, 1, 9, 9, text)] }]);

        ScriptRules.Check(script).ShouldBeEmpty();
        script.Shots[0].Line!.Length.ShouldBe(1000);
    }

    private static VideoScript Write(params PageReading[] pages) =>
        ScriptWriter.WriteScript("Rain", "en", ReadingDirection.RightToLeft, FrameSize.Landscape, 30, pages);
}
