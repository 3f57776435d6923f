using System.Text;
using MangaMotion.Comics.Camera;
using MangaMotion.Comics.Lettering;
using MangaMotion.Comics.Panels;

namespace MangaMotion.Comics.Script;

/// <summary>Panels and lettering found on one page.</summary>
public sealed record PageReading
{
    /// <summary>Number of the page, from 1.</summary>
    public required int Number { get; init; }

    /// <summary>Name of the page in the chapter, for people.</summary>
    public required string Name { get; init; }

    /// <summary>Panels; null for a page without a shot, because it is blank or cannot be read.</summary>
    public PageLayout? Layout { get; init; }

    /// <summary>Detail of each panel of the layout, by <see cref="PanelDetail"/>; empty if it was not measured.</summary>
    public IReadOnlyList<double> Details { get; init; } = [];

    /// <summary>Focus of each panel of the layout, by <see cref="PanelFocus"/>; empty if it was not searched.</summary>
    public IReadOnlyList<PagePoint> Focuses { get; init; } = [];

    /// <summary>Bubbles of the whole page, in page pixels.</summary>
    public IReadOnlyList<Bubble> Bubbles { get; init; } = [];

    /// <summary>Boxes of lettering that could not be read, in page pixels.</summary>
    public IReadOnlyList<Bubble> Unread { get; init; } = [];

    /// <summary>Reason for a missing layout or missing lettering.</summary>
    public string? Reason { get; init; }
}

/// <summary>Writes a script from the panels and lettering of a chapter by fixed rules.</summary>
public static class ScriptWriter
{
    /// <summary>Share of the panels with lettering that must have a line; below it the owner is asked to look.</summary>
    private const double MinReadShare = 1.0 / 3;

    /// <summary>
    /// Space around lettering without a balloon, as a share of its shorter side. Chosen by eye on the bundled chapter.
    /// </summary>
    private const double Rim = 0.4;

    /// <summary>Writes the script of a chapter.</summary>
    /// <param name="language"><c>en</c> or <c>ja</c>.</param>
    /// <param name="pages">Pages in reading order, numbered from 1 without gaps.</param>
    /// <returns>A script, without shots if no page has a layout.</returns>
    public static VideoScript WriteScript(
        string title, string language, ReadingDirection direction, FrameSize frame, int fps, IReadOnlyList<PageReading> pages)
    {
        var texts = pages.SelectMany(page => page.Bubbles).Select(bubble => bubble.Text);
        var names = language == "ja" ? [] : ProperNames.FindNames([.. texts]);
        var shots = pages.SelectMany(page => CreateShots(page, language, direction, frame, names)).Take(ScriptLimits.MaxShots).ToList();
        return new()
        {
            Title = KeepPrintable(title, ScriptLimits.MaxTitleLength) ?? "Untitled",
            Language = language,
            Direction = direction,
            Width = frame.Width,
            Height = frame.Height,
            Fps = fps,
            Pages = [.. pages.Select(CreatePage)],
            Shots = shots,
            Notes = DescribeSilence(shots, language) is { } note ? [note] : null,
        };
    }

    /// <summary>Describes a script in which most lettering was not read; null if enough was.</summary>
    private static string? DescribeSilence(List<ScriptShot> shots, string language)
    {
        var read = shots.Count(shot => shot.Line is not null);
        var lettered = read + shots.Count(shot => shot.Flag == ShotFlag.Unread);
        return read < MinReadShare * lettered
            ? $"Only {read} of {lettered} panels with lettering have a line. The chapter was read as '{language}'. "
                + "Check the language, or write the lines in the script."
            : null;
    }

    private static ScriptPage CreatePage(PageReading page)
    {
        var whole = page.Layout is { } layout && IsWhole(layout);
        return new()
        {
            Number = page.Number,
            Name = KeepPrintable(page.Name, ScriptLimits.MaxTitleLength) ?? $"page {page.Number}",
            Width = page.Layout?.Width ?? 0,
            Height = page.Layout?.Height ?? 0,
            Whole = whole,
            Reason = KeepPrintable(page.Reason, ScriptLimits.MaxLineLength)
                ?? (whole ? "No panels were found, so the page is shown whole." : null),
        };
    }

    private static IEnumerable<ScriptShot> CreateShots(
        PageReading page, string language, ReadingDirection direction, FrameSize frame, HashSet<string> names)
    {
        if (page.Layout is not { } layout)
            yield break;

        var shown = Enumerable.Range(0, layout.Panels.Count)
            .Where(i => Math.Min(layout.Panels[i].Width, layout.Panels[i].Height) >= ScriptLimits.MinPanelSide).ToList();
        var panels = shown.ConvertAll(i => layout.Panels[i]);
        var unreadByPanel = page.Unread.ToLookup(box => panels.Count == 0 ? -1 : box.FindNearestPanel(panels));
        var bubblesByPanel = page.Bubbles.ToLookup(bubble => panels.Count == 0 ? -1 : bubble.FindNearestPanel(panels));
        for (var i = 0; i < panels.Count; i++)
        {
            var panel = panels[i];
            var bubbles = Bubble.OrderForReading(bubblesByPanel[i], direction).ToList();
            var hasUnread = unreadByPanel[i].Any();
            yield return new ScriptShot
            {
                Id = ScriptShot.FormatId(page.Number, i + 1),
                Page = page.Number,
                Panel = new PanelBox { X = panel.X, Y = panel.Y, Width = panel.Width, Height = panel.Height },
                Outline = panel.Outline?.Select(corner => new PagePoint(Math.Round(corner.X, 1), Math.Round(corner.Y, 1))).ToList(),
                Lettering = bubbles.Count == 0 ? null : [.. bubbles.Take(ScriptLimits.MaxLetteringBoxes).Select(CreateBox)],
                Focus = shown[i] < page.Focuses.Count ? page.Focuses[shown[i]] : null,
                Confidence = panel.Confidence,
                Line = JoinLine(bubbles, language, names),
                LineConfidence = bubbles.Count == 0 ? null : Math.Round(bubbles.Min(bubble => bubble.Confidence), 2),
                // The pauses of the video stand in the script, where they can be edited.
                Duration = bubbles.Count == 0 && shown[i] < page.Details.Count
                    ? ShotTiming.GetSilentSeconds(
                        (double)panel.Width * panel.Height / ((double)layout.Width * layout.Height), page.Details[shown[i]], hasUnread)
                    : null,
                Move = CameraPlan.ChooseMove(panel.Width, panel.Height, frame),
                // The eye jumps within a page; turning the page takes a moment.
                Transition = i == 0 ? ShotTransition.Fade : ShotTransition.Cut,
                Flag = ChooseFlag(layout, panel, bubbles, hasUnread),
            };
        }
    }

    private static ShotFlag? ChooseFlag(PageLayout layout, Panel panel, List<Bubble> bubbles, bool hasUnread) => true switch
    {
        _ when hasUnread && bubbles.Count == 0 => ShotFlag.Unread,
        _ when IsWhole(layout) => ShotFlag.WholePage,
        _ when panel.Confidence < ScriptLimits.CertainPanel => ShotFlag.Doubtful,
        _ when bubbles.Exists(bubble => bubble.Confidence < ScriptLimits.CertainLine) => ShotFlag.DoubtfulLine,
        _ => null,
    };

    private static bool IsWhole(PageLayout layout) =>
        layout.Panels is [{ Confidence: <= PanelDetector.NoPanelsConfidence } panel]
        && panel.Width == layout.Width && panel.Height == layout.Height;

    private static LetteringBox CreateBox(Bubble bubble)
    {
        var rim = Rim * Math.Min(bubble.Width, bubble.Height);
        var box = bubble.Balloon
            ?? new(bubble.X - rim, bubble.Y - rim, bubble.Width + (2 * rim), bubble.Height + (2 * rim));
        double left = Math.Max(0, Math.Floor(box.X)), top = Math.Max(0, Math.Floor(box.Y));
        return new()
        {
            X = (int)left,
            Y = (int)top,
            Width = Math.Max(1, (int)Math.Ceiling(box.X + box.Width - left)),
            Height = Math.Max(1, (int)Math.Ceiling(box.Y + box.Height - top)),
            Letters = Letters.CountSpoken(bubble.Text),
        };
    }

    /// <summary>Joins bubbles into one spoken line. Each bubble ends as a sentence, so that the voice pauses after it.</summary>
    private static string? JoinLine(List<Bubble> bubbles, string language, HashSet<string> names)
    {
        if (bubbles.Count == 0)
            return null;
        var texts = bubbles.Select(bubble => bubble.Text);
        var line = language == "ja"
            ? string.Concat(texts.Select(text => $"{text}。"))
            : string.Join(' ', texts.Select(text => EndSentence(ProperNames.CapitalizeNames(text, names))));
        return KeepPrintable(line, ScriptLimits.MaxLineLength);

        static string EndSentence(string text) => char.IsLetterOrDigit(text[^1]) ? $"{text}." : text;
    }

    /// <summary>Removes characters that cannot be displayed or spoken and cuts the text.</summary>
    /// <param name="maxLength">Maximum length of the result in UTF-16 code units.</param>
    /// <returns>The remaining text; null if none remains.</returns>
    public static string? KeepPrintable(string? text, int maxLength)
    {
        if (text is null)
            return null;
        var kept = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            if (kept.Length + rune.Utf16SequenceLength > maxLength)
                break;
            if (!ScriptRules.IsUnprintable(rune) && rune != Rune.ReplacementChar)
                kept.Append(rune);
        }

        return kept.ToString().Trim() is { Length: > 0 } printable ? printable : null;
    }
}
