using System.Text;
using System.Text.Json.Nodes;
using MangaMotion.Comics.Camera;
using MangaMotion.Comics.Panels;
using MangaMotion.Comics.Script;

namespace MangaMotion.Comics.Tests.Script;

public sealed class ScriptTests
{
    private static readonly VideoScript Original = new()
    {
        Title = "Rain",
        Language = "ja",
        Direction = ReadingDirection.RightToLeft,
        Width = 1920,
        Height = 1080,
        Fps = 30,
        Pages =
        [
            new ScriptPage { Number = 1, Name = "001.png", Width = 800, Height = 1200 },
            new ScriptPage { Number = 2, Name = "002.png", Width = 0, Height = 0, Reason = "The PNG is damaged." },
        ],
        Shots = [Shot(1, "雨だ！"), Shot(2, null) with { Move = CameraMove.TiltDown, Flag = ShotFlag.Doubtful, Draft = true }],
    };

    [Fact]
    public void A_script_is_unchanged_after_writing_and_reading_it()
    {
        var json = ScriptJson.Write(Original);
        var read = ScriptJson.Read(json);

        ScriptJson.Write(read).ShouldBe(json);
        read.Shots.ShouldBe(Original.Shots);
        read.Pages.ShouldBe(Original.Pages);
        var text = Encoding.UTF8.GetString(json);
        text.ShouldContain("\"direction\": \"rtl\"");
        text.ShouldContain("\"move\": \"tilt_down\"");
        text.ShouldContain("\"id\": \"p001-s02\"");
        text.ShouldContain("雨だ！");
    }

    [Fact]
    public void An_edited_direction_is_requested_and_the_service_keeps_its_other_sources_and_notes()
    {
        var original =
            Original with { DirectionFrom = ValueSource.Default, LanguageFrom = ValueSource.Comicinfo, Notes = ["It was damaged."] };
        var edited = Edit(document =>
        {
            document["direction"] = "ltr";
            document["language_from"] = "request";
            document["notes"] = new JsonArray("Mine.");
        });

        ScriptJson.ReadEdited(edited, original, out var script).ShouldBeEmpty();
        (script!.DirectionFrom, script.LanguageFrom).ShouldBe((ValueSource.Request, ValueSource.Comicinfo));
        script.Notes.ShouldBe(["It was damaged."]);
    }

    [Fact]
    public void A_written_line_has_neither_the_flag_nor_the_pause_of_the_reading()
    {
        var original = Original with
        {
            Shots =
            [
                Shot(1, "N0") with { LineConfidence = 0.4, Flag = ShotFlag.DoubtfulLine, Duration = 9 },
                Shot(2, null) with { Flag = ShotFlag.Unread, Duration = 1.5 },
                Shot(3, "Yes.") with { LineConfidence = 0.6, Flag = ShotFlag.DoubtfulLine },
            ],
        };
        var document = JsonNode.Parse(ScriptJson.Write(original))!;
        document["shots"]![0]!["line"] = "No!";
        document["shots"]![1]!["line"] = "Listen!";

        ScriptJson.ReadEdited(Encoding.UTF8.GetBytes(document.ToJsonString()), original, out var script).ShouldBeEmpty();

        script!.Shots.Select(shot => (shot.LineConfidence, shot.Flag, shot.Duration)).ShouldBe(
            [(null, null, 9), (null, null, null), (0.6, ShotFlag.DoubtfulLine, (double?)null)]);
    }

    [Fact]
    public void Lines_speakers_moves_boxes_and_the_order_can_be_edited()
    {
        var edited = Edit(document =>
        {
            document["title"] = "Rain, again";
            document["shots"]![0]!["line"] = "It rains.";
            document["shots"]![0]!["speaker"] = "Aya";
            document["shots"]![0]!["panel"]!["width"] = 40;
            document["shots"]![1]!["move"] = null;
            document["shots"]![1]!["duration"] = 4.5;
            var first = document["shots"]![0]!.DeepClone();
            document["shots"]!.AsArray().RemoveAt(0);
            document["shots"]!.AsArray().Add(first);
        });

        ScriptJson.ReadEdited(edited, Original, out var script).ShouldBeEmpty();
        script!.Shots.Select(shot => shot.Id).ShouldBe(["p001-s02", "p001-s01"]);
        script.Shots[1].Line.ShouldBe("It rains.");
    }

    [Fact]
    public void A_shot_can_be_removed() =>
        ScriptJson.ReadEdited(Edit(document => document["shots"]!.AsArray().RemoveAt(0)), Original, out _).ShouldBeEmpty();

    [Theory]
    [InlineData("""{"panel":{"x":790,"y":0,"width":20,"height":20}}""", "panel.x", "The panel ends at 810; page 1 is 800 pixels wide.")]
    [InlineData(
        """{"panel":{"x":0,"y":2147483647,"width":20,"height":2147483647}}""", "panel.y",
        "The panel ends at 4294967294; page 1 is 1200 pixels high.")]
    [InlineData("""{"panel":{"x":-1,"y":0,"width":20,"height":20}}""", "panel.x", "outside")]
    [InlineData("""{"panel":{"x":0,"y":0,"width":2,"height":20}}""", "panel.width", "at least 16")]
    [InlineData("""{"page":2}""", "page", "cannot be read")]
    [InlineData("""{"page":9}""", "page", "There is no page 9")]
    [InlineData("""{"outline":[{"x":0,"y":0},{"x":9,"y":0}]}""", "outline", "3 to 16 corners")]
    [InlineData("""{"outline":[{"x":0,"y":0},{"x":0,"y":9},{"x":9,"y":9}]}""", "outline", "clockwise")]
    [InlineData("""{"outline":[{"x":0,"y":0},{"x":90,"y":0},{"x":20,"y":20},{"x":0,"y":90}]}""", "outline", "points inwards")]
    [InlineData("""{"outline":[{"x":0,"y":0},{"x":801,"y":0},{"x":0,"y":90}]}""", "outline", "on its page")]
    [InlineData("""{"lettering":[{"x":0,"y":0,"width":0,"height":9}]}""", "lettering", "1 to 65535 pixels")]
    [InlineData("""{"lettering":[null]}""", "lettering", "null")]
    [InlineData("""{"confidence":1.5}""", "confidence", "0 to 1")]
    [InlineData("""{"duration":0.1}""", "duration", "0.5 to 60")]
    [InlineData("""{"duration":1e300}""", "duration", "0.5 to 60")]
    [InlineData("""{"line":"one\ntwo"}""", "line", "control character")]
    [InlineData("""{"line":"\u202Eevil"}""", "line", "direction")]
    [InlineData("""{"speaker":"a\u0000"}""", "speaker", "control character")]
    [InlineData("""{"id":"p009-s01"}""", "id", "There is no shot of this id")]
    public void An_error_in_a_shot_names_the_shot_and_the_field(string change, string field, string message)
    {
        var edited = Edit(document =>
        {
            foreach (var (name, value) in JsonNode.Parse(change)!.AsObject().ToList())
                document["shots"]![0]![name] = value?.DeepClone();
        });

        var errors = ScriptJson.ReadEdited(edited, Original, out var script);

        script.ShouldBeNull();
        errors.ShouldContain(error => error.Field == field && error.Message.Contains(message)
            && error.Shot != null, string.Join('\n', errors));
    }

    [Fact]
    public void A_line_has_a_maximum_length()
    {
        var errors = ScriptJson.ReadEdited(Edit(document => document["shots"]![0]!["line"] = new string('x', 1001)), Original, out _);
        errors.ShouldHaveSingleItem().ToString().ShouldBe("p001-s01, line: 1001 characters; 1000 are allowed.");
    }

    [Fact]
    public void Two_shots_with_the_same_id_are_rejected() =>
        ScriptJson.ReadEdited(Edit(document => document["shots"]![0]!["id"] = "p001-s02"), Original, out _)
            .ShouldContain(error => error.Shot == "p001-s02" && error.Message == "Two shots have this id.");

    [Theory]
    [InlineData("width", "1280")]
    [InlineData("height", "721")]
    [InlineData("fps", "0")]
    [InlineData("pages", "[]")]
    [InlineData("shots", "[]")]
    [InlineData("shots", "[null]")]
    [InlineData("version", "2")]
    [InlineData("language", "\"fr\"")]
    public void An_error_in_the_document_names_the_field(string field, string value)
    {
        var errors = ScriptJson.ReadEdited(Edit(document => document[field] = JsonNode.Parse(value)), Original, out var script);

        script.ShouldBeNull();
        errors.ShouldContain(error => error.Shot == null && error.Field.StartsWith(field)
            && error.Message.Length > 10, string.Join('\n', errors));
    }

    [Theory]
    [InlineData("null", "The script is null")]
    [InlineData("{", "not valid JSON")]
    [InlineData("[]", "wrong type")]
    [InlineData("{}", "'title'")]
    [InlineData("{\"shotz\":1}", "no member 'shotz'")]
    public void A_document_that_is_not_a_script_is_rejected_in_plain_words(string json, string message)
    {
        var errors = ScriptJson.ReadEdited(Encoding.UTF8.GetBytes(json), Original, out var script);

        script.ShouldBeNull();
        errors.ShouldHaveSingleItem().Message.ShouldContain(message);
        errors[0].Message.ShouldNotContain("MangaMotion.");
    }

    [Fact]
    public void A_misspelt_member_of_a_shot_is_rejected_with_its_path()
    {
        var errors = ScriptJson.ReadEdited(Edit(document => document["shots"]![1]!["lien"] = "x"), Original, out _);
        errors.ShouldHaveSingleItem().ToString().ShouldStartWith("shots[1].lien: There is no member 'lien' here.");
    }

    [Fact]
    public void A_wrong_type_is_rejected_with_its_path() =>
        ScriptJson.ReadEdited(Edit(document => document["shots"]![1]!["move"] = "spin"), Original, out _)
            .ShouldHaveSingleItem().Field.ShouldBe("shots[1].move");

    [Fact]
    public void Thousands_of_errors_are_cut_off()
    {
        var edited = Edit(document =>
        {
            var shot = document["shots"]![0]!;
            for (var i = 0; i < 5_000; i++)
                document["shots"]!.AsArray().Add(shot.DeepClone());
        });

        ScriptJson.ReadEdited(edited, Original, out _).Count.ShouldBeInRange(100, 250);
    }

    [Theory]
    [InlineData(null, false, 1.5)] // a quarter of the page
    [InlineData("a few words to read", false, 4.79)]
    [InlineData("a few words to read", true, 1.5)]
    [InlineData("雨雨雨雨雨", false, 3.68)]
    public void A_shot_is_as_long_as_its_panel_and_a_line_that_no_voice_says_need(string? line, bool isSpoken, double seconds)
    {
        var shot = Shot(1, line) with { Panel = new PanelBox { X = 0, Y = 0, Width = 400, Height = 700 } };
        ShotTiming.GetSeconds(shot, Original.Pages[0], isSpoken).ShouldBe(seconds, 0.01);
    }

    private static ScriptShot Shot(int panel, string? line) => new()
    {
        Id = ScriptShot.FormatId(1, panel),
        Page = 1,
        Panel = new PanelBox { X = 10, Y = 20, Width = 300, Height = 400 },
        Confidence = 0.9,
        Line = line,
    };

    private static byte[] Edit(Action<JsonNode> change)
    {
        var document = JsonNode.Parse(ScriptJson.Write(Original))!;
        change(document);
        return Encoding.UTF8.GetBytes(document.ToJsonString());
    }
}
