using System.Globalization;
using System.Text;
using MangaMotion.Comics.Panels;

namespace MangaMotion.Comics.Script;

/// <summary>One thing that is wrong with a script.</summary>
/// <param name="Shot">Id of the shot; null where it is not about one.</param>
/// <param name="Field">The member in JSON's names, such as <c>panel.x</c>.</param>
/// <param name="Message">A sentence: what is wrong and what is allowed.</param>
public sealed record ScriptError(string? Shot, string Field, string Message)
{
    public override string ToString() => Shot is null ? $"{Field}: {Message}" : $"{Shot}, {Field}: {Message}";
}

/// <summary>What must hold in every script, whoever wrote it.</summary>
public static class ScriptRules
{
    /// <summary>More errors than that help nobody.</summary>
    private const int MostErrors = 100;

    /// <summary>Checks a script for itself.</summary>
    public static IReadOnlyList<ScriptError> Check(VideoScript script)
    {
        var errors = new List<ScriptError>();
        if (script.Version != VideoScript.CurrentVersion)
            Add("version", $"Version {script.Version} is not known; this is version {VideoScript.CurrentVersion}.");
        Text("title", script.Title, ScriptLimits.Title);
        if (script.Language is not ("en" or "ja"))
            Add("language", "The language is en or ja.");
        Even("width", script.Width);
        Even("height", script.Height);
        Number("fps", script.Fps, 1, ScriptLimits.Fps);
        Number("pages", script.Pages.Count, 1, ScriptLimits.Pages, "pages");
        Number("shots", script.Shots.Count, 1, ScriptLimits.Shots, "shots");

        var pages = new Dictionary<int, ScriptPage>();
        for (var i = 0; i < script.Pages.Count; i++)
        {
            var page = script.Pages[i];
            if (page is null || page.Number != i + 1)
            {
                Add($"pages[{i}]", $"Pages are numbered from 1 without gaps; this one is number {i + 1}.");
                continue;
            }

            Text($"pages[{i}].name", page.Name, ScriptLimits.Title);
            Text($"pages[{i}].reason", page.Reason, ScriptLimits.Line);
            pages[page.Number] = page;
        }

        var ids = new HashSet<string>();
        for (var i = 0; i < script.Shots.Count && errors.Count < MostErrors; i++)
        {
            if (script.Shots[i] is not { } shot)
                Add($"shots[{i}]", "A shot is an object, not null.");
            else
                errors.AddRange(Check(shot, $"shots[{i}].id", pages, ids));
        }

        return errors;

        void Add(string field, string message) => errors.Add(new ScriptError(null, field, message));
        void Text(string field, string? text, int length) => errors.AddRange(CheckText(null, field, text, length));

        void Number(string field, int value, int least, int most, string unit = "")
        {
            if (value < least || value > most)
                Add(field, $"{value} {unit}".TrimEnd() + $" is outside {least} to {most}.");
        }

        void Even(string field, int value)
        {
            Number(field, value, ScriptLimits.SmallestFrame, ScriptLimits.LargestFrame, "pixels");
            if (value % 2 != 0)
                Add(field, $"{value} pixels is odd; the sides of a video are even.");
        }
    }

    /// <summary>Checks a script that replaces another one: shots and words may change, the chapter and the video's format may not.</summary>
    public static IReadOnlyList<ScriptError> CheckEdit(VideoScript original, VideoScript edited)
    {
        var errors = new List<ScriptError>(Check(edited));
        Fixed("width", original.Width, edited.Width);
        Fixed("height", original.Height, edited.Height);
        Fixed("fps", original.Fps, edited.Fps);
        if (!original.Pages.SequenceEqual(edited.Pages))
            errors.Add(new ScriptError(null, "pages", "The pages cannot be edited; send them as they were. To leave a page out, take away its shots."));

        var known = original.Shots.ToDictionary(shot => shot.Id);
        foreach (var shot in edited.Shots)
        {
            if (shot is null || errors.Count >= MostErrors)
                continue;
            if (!known.TryGetValue(shot.Id, out var before))
                errors.Add(new ScriptError(shot.Id, "id", "There is no shot of this id in the script; shots can be changed, moved and left out, not added."));
            else if (before.Page != shot.Page)
                errors.Add(new ScriptError(shot.Id, "page", $"A shot stays on its page, which is {before.Page}."));
        }

        return errors;

        void Fixed(string field, int before, int now)
        {
            if (before != now)
                errors.Add(new ScriptError(null, field, $"This cannot be edited; it is {before}."));
        }
    }

    private static IEnumerable<ScriptError> Check(ScriptShot shot, string idField, Dictionary<int, ScriptPage> pages, HashSet<string> ids)
    {
        if (shot.Id.Length is 0 or > ScriptLimits.Id || !shot.Id.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'))
        {
            yield return new ScriptError(null, idField, $"An id is 1 to {ScriptLimits.Id} letters, digits or hyphens.");
            yield break;
        }

        if (!ids.Add(shot.Id))
            yield return Error("id", "Two shots have this id.");
        if (!pages.TryGetValue(shot.Page, out var page))
            yield return Error("page", $"There is no page {shot.Page}; the script has {pages.Count}.");
        else if (page.Width == 0)
            yield return Error("page", $"Page {shot.Page} cannot be read, so it has no shot.");
        else if (Outside(shot.Panel, page) is { } outside)
            yield return outside;
        else if (shot.Outline is { } outline && !IsOutline(outline, page))
            yield return Error("outline", $"An outline has 3 to {ScriptLimits.Corners} corners on its page, clockwise, none of which points inwards; null shows the whole box.");
        if (shot.Lettering is { } lettering && (lettering.Count > ScriptLimits.Lettering || !lettering.All(IsBox)))
            yield return Error("lettering", $"There are at most {ScriptLimits.Lettering} boxes of lettering, each of 1 to {ScriptLimits.PageSide} pixels; null keeps nothing in the picture.");
        if (!(shot.Confidence is >= 0 and <= 1))
            yield return Error("confidence", "The confidence is 0 to 1.");
        foreach (var error in CheckText(shot.Id, "line", shot.Line, ScriptLimits.Line))
            yield return error;
        foreach (var error in CheckText(shot.Id, "speaker", shot.Speaker, ScriptLimits.Speaker))
            yield return error;
        if (shot.Duration is { } duration && !(duration is >= ScriptLimits.ShortestShot and <= ScriptLimits.LongestShot))
            yield return Error("duration", $"{duration} s is outside {ScriptLimits.ShortestShot} to {ScriptLimits.LongestShot} s; null takes as long as is needed.");
        if (shot.Move is { } move && !Enum.IsDefined(move))
            yield return Error("move", "There is no such camera move.");

        ScriptError Error(string field, string message) => new(shot.Id, field, message);

        ScriptError? Outside(PanelBox box, ScriptPage on) => box switch
        {
            { Width: < ScriptLimits.SmallestPanel } => Error("panel.width", $"{box.Width} pixels; a panel has at least {ScriptLimits.SmallestPanel}."),
            { Height: < ScriptLimits.SmallestPanel } => Error("panel.height", $"{box.Height} pixels; a panel has at least {ScriptLimits.SmallestPanel}."),
            { X: < 0 } => Error("panel.x", $"{box.X} lies outside the page."),
            { Y: < 0 } => Error("panel.y", $"{box.Y} lies outside the page."),
            _ when (long)box.X + box.Width > on.Width => Error("panel.x", $"The panel ends at {(long)box.X + box.Width}; page {on.Number} is {on.Width} pixels wide."),
            _ when (long)box.Y + box.Height > on.Height => Error("panel.y", $"The panel ends at {(long)box.Y + box.Height}; page {on.Number} is {on.Height} pixels high."),
            _ => null,
        };
    }

    private static bool IsOutline(IReadOnlyList<PagePoint> corners, ScriptPage page) =>
        corners.Count is >= 3 and <= ScriptLimits.Corners
        && corners.All(corner => corner.X >= 0 && corner.X <= page.Width && corner.Y >= 0 && corner.Y <= page.Height)
        && PanelOutline.IsClockwise(corners);

    private static bool IsBox(LetteringBox? box) =>
        box is { X: >= 0 and <= ScriptLimits.PageSide, Y: >= 0 and <= ScriptLimits.PageSide, Width: >= 1 and <= ScriptLimits.PageSide, Height: >= 1 and <= ScriptLimits.PageSide };

    private static IEnumerable<ScriptError> CheckText(string? shot, string field, string? text, int length)
    {
        if (text is null)
            yield break;
        if (text.Length > length)
            yield return new ScriptError(shot, field, $"{text.Length} characters; {length} are allowed.");
        if (text.EnumerateRunes().Any(rune => rune == Rune.ReplacementChar || Unprintable(rune)))
            yield return new ScriptError(shot, field, "There is a character in it that cannot be read or spoken: a control character, one that turns the direction of the text, or a damaged one.");
    }

    /// <summary>Controls, line ends included, and what turns the direction of text; joiners and variation selectors are fine.</summary>
    internal static bool Unprintable(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse
        || rune.Value is (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069);
}
