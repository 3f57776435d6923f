using System.Text;
using MangaMotion.Comics.Camera;
using MangaMotion.Comics.Lettering;
using MangaMotion.Comics.Panels;

namespace MangaMotion.Comics.Script;

/// <summary>What was found on one page.</summary>
public sealed record PageReading
{
    /// <summary>From 1.</summary>
    public required int Number { get; init; }

    public required string Name { get; init; }

    /// <summary>Null for a page without a shot, because it is blank or cannot be read.</summary>
    public PageLayout? Layout { get; init; }

    /// <summary>All over the page, in pixels of it.</summary>
    public IReadOnlyList<Bubble> Bubbles { get; init; } = [];

    /// <summary>Why there is no layout, or no lettering.</summary>
    public string? Reason { get; init; }
}

/// <summary>Writes a script from what was found on the pages, with nothing but rules.</summary>
public static class ScriptWriter
{
    private const double NoPanels = 0.3;

    /// <param name="language"><c>en</c> or <c>ja</c>.</param>
    /// <param name="pages">In reading order, numbered from 1 without gaps.</param>
    /// <returns>A script without shots where no page has a layout.</returns>
    public static VideoScript Write(string title, string language, ReadingDirection direction, FrameSize frame, int fps, IReadOnlyList<PageReading> pages)
    {
        var names = language == "ja" ? [] : ProperNames.Find([.. pages.SelectMany(page => page.Bubbles).Select(bubble => bubble.Text)]);
        return new()
        {
            Title = Printable(title, ScriptLimits.Title) ?? "Untitled",
            Language = language,
            Direction = direction,
            Width = frame.Width,
            Height = frame.Height,
            Fps = fps,
            Pages = [.. pages.Select(Page)],
            Shots = [.. pages.SelectMany(page => Shots(page, language, direction, frame, names)).Take(ScriptLimits.Shots)],
        };
    }

    private static ScriptPage Page(PageReading page) => new()
    {
        Number = page.Number,
        Name = Printable(page.Name, ScriptLimits.Title) ?? $"page {page.Number}",
        Width = page.Layout?.Width ?? 0,
        Height = page.Layout?.Height ?? 0,
        Whole = page.Layout is { } layout && IsWhole(layout),
        Reason = Printable(page.Reason, ScriptLimits.Line)
            ?? (page.Layout is { } shown && IsWhole(shown) ? "No panels were found, so the page is shown whole." : null),
    };

    private static IEnumerable<ScriptShot> Shots(PageReading page, string language, ReadingDirection direction, FrameSize frame, HashSet<string> names)
    {
        if (page.Layout is not { } layout)
            yield break;

        var panels = layout.Panels.Where(panel => panel.Width >= ScriptLimits.SmallestPanel && panel.Height >= ScriptLimits.SmallestPanel).ToList();
        var lines = page.Bubbles.ToLookup(bubble => panels.Count == 0 ? -1 : bubble.Nearest(panels));
        for (var i = 0; i < panels.Count; i++)
        {
            var panel = panels[i];
            var bubbles = Bubble.InOrder(lines[i], direction).ToList();
            yield return new ScriptShot
            {
                Id = ScriptShot.IdOf(page.Number, i + 1),
                Page = page.Number,
                Panel = new PanelBox { X = panel.X, Y = panel.Y, Width = panel.Width, Height = panel.Height },
                Outline = panel.Outline is { } outline ? [.. outline.Select(corner => new PagePoint(Math.Round(corner.X, 1), Math.Round(corner.Y, 1)))] : null,
                Lettering = bubbles.Count == 0 ? null : [.. bubbles.Take(ScriptLimits.Lettering).Select(Box)],
                Confidence = panel.Confidence,
                Line = Line(bubbles, language, names),
                Move = CameraPlan.MoveOver(panel.Width, panel.Height, frame),
                // Within a page the eye jumps; turning the page takes a moment.
                Transition = i == 0 ? ShotTransition.Fade : ShotTransition.Cut,
                Flag = IsWhole(layout) ? ShotFlag.WholePage : panel.Confidence < ScriptLimits.SureConfidence ? ShotFlag.Doubtful : null,
            };
        }
    }

    private static bool IsWhole(PageLayout layout) =>
        layout.Panels is [{ Confidence: <= NoPanels } only] && only.Width == layout.Width && only.Height == layout.Height;

    private static LetteringBox Box(Bubble bubble) => new()
    {
        X = Math.Max(0, (int)bubble.X),
        Y = Math.Max(0, (int)bubble.Y),
        Width = Math.Max(1, (int)Math.Ceiling(bubble.Width)),
        Height = Math.Max(1, (int)Math.Ceiling(bubble.Height)),
    };

    private static string? Line(IEnumerable<Bubble> bubbles, string language, HashSet<string> names)
    {
        var texts = bubbles.Select(bubble => bubble.Text).ToList();
        if (texts.Count == 0)
            return null;
        // The voice rests where a bubble ends.
        var line = language == "ja"
            ? string.Concat(texts.Select(text => $"{text}。"))
            : string.Join(' ', texts.Select(text => ProperNames.Write(text, names)).Select(text => char.IsLetterOrDigit(text[^1]) ? $"{text}." : text));
        return Printable(line, ScriptLimits.Line);
    }

    /// <summary>The text without what cannot be read or spoken, at most so long; null where nothing is left of it.</summary>
    public static string? Printable(string? text, int longest)
    {
        if (text is null)
            return null;
        var kept = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            if (kept.Length + rune.Utf16SequenceLength > longest)
                break;
            if (!ScriptRules.Unprintable(rune) && rune != Rune.ReplacementChar)
                kept.Append(rune);
        }

        return kept.ToString().Trim() is { Length: > 0 } printable ? printable : null;
    }
}
