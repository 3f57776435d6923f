using MangaMotion.Comics.Camera;

namespace MangaMotion.Comics.Script;

/// <summary>Texts of the title cards of a video. Unknown ones are null.</summary>
public sealed record TitleText
{
    /// <summary>Series and number, beside a title of the chapter's own.</summary>
    public string? Chapter { get; init; }

    public string? Author { get; init; }

    /// <summary>Where the chapter comes from, such as its address in the web.</summary>
    public string? Source { get; init; }

    /// <summary>Credits with licences, one a line.</summary>
    public IReadOnlyList<string> Credits { get; init; } = [];
}

/// <summary>Adds an opening and an end card to a script. A card is a shot with text over a darkened panel.</summary>
public static class TitleCards
{
    private const string OpeningId = "opening", EndingId = "ending";

    /// <summary>Seconds of a card; time to read five short lines.</summary>
    private const double Seconds = 3.5;

    public static VideoScript AddTo(VideoScript script, TitleText text)
    {
        var japanese = script.Language == "ja";
        var byAuthor = text.Author is null ? null : japanese ? $"作 {text.Author}" : $"by {text.Author}";
        var source = text.Source is null ? null : japanese ? $"出典 {text.Source}" : $"Source: {text.Source}";
        // The cards show panels of the first and of the last page, so that each page stays one chapter of the video.
        var (first, last) = (script.Shots[0], script.Shots[^1]);
        return script with
        {
            Shots =
            [
                CreateCard(script, OpeningId, first.Page, [script.Title, text.Chapter, byAuthor]),
                first with { Transition = ShotTransition.Fade },
                .. script.Shots.Skip(1),
                CreateCard(script, EndingId, last.Page, [script.Title, byAuthor, source, .. text.Credits]),
            ],
        };
    }

    private static ScriptShot CreateCard(VideoScript script, string id, int page, IEnumerable<string?> lines)
    {
        var behind = script.Shots.Where(shot => shot.Page == page)
            .OrderBy(shot => shot.Line is not null).ThenByDescending(shot => (long)shot.Panel.Width * shot.Panel.Height).First();
        return new()
        {
            Id = id,
            Page = page,
            Panel = CropToFrame(behind, (double)script.Width / script.Height),
            Confidence = 1,
            Card =
            [
                .. lines.Select(line => ScriptWriter.KeepPrintable(line, ScriptLimits.MaxTitleLength)).OfType<string>()
                    .Take(ScriptLimits.MaxCardLines),
            ],
            Move = CameraMove.PushIn,
            Duration = Seconds,
            Transition = ShotTransition.Fade,
        };
    }

    /// <summary>Cuts a box of the frame's shape out of a panel, where it has the least lettering.</summary>
    private static PanelBox CropToFrame(ScriptShot shot, double aspect)
    {
        const int Places = 7;
        var panel = shot.Panel;
        var width = Math.Clamp((int)(panel.Height * aspect), ScriptLimits.MinPanelSide, panel.Width);
        var height = Math.Clamp((int)(width / aspect), ScriptLimits.MinPanelSide, panel.Height);
        return Enumerable.Range(0, Places).Select(i => new PanelBox
        {
            X = panel.X + ((panel.Width - width) * i / (Places - 1)),
            Y = panel.Y + ((panel.Height - height) * i / (Places - 1)),
            Width = width,
            Height = height,
        }).MinBy(box => ((shot.Lettering ?? []).Sum(text => MeasureOverlap(box, text)), MeasureDistance(box)))!;

        double MeasureDistance(PanelBox box)
        {
            var x = shot.Focus?.X ?? panel.X + (panel.Width / 2.0);
            var y = shot.Focus?.Y ?? panel.Y + (panel.Height / 2.0);
            return Math.Abs(box.X + (width / 2.0) - x) + Math.Abs(box.Y + (height / 2.0) - y);
        }
    }

    private static long MeasureOverlap(PanelBox box, LetteringBox text) =>
        (long)Math.Max(0, Math.Min(box.X + box.Width, text.X + text.Width) - Math.Max(box.X, text.X))
        * Math.Max(0, Math.Min(box.Y + box.Height, text.Y + text.Height) - Math.Max(box.Y, text.Y));
}
