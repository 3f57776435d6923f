using System.Globalization;
using System.Text;
using MangaMotion.Comics.Panels;

namespace MangaMotion.Comics.Script;

/// <summary>One error in a script.</summary>
/// <param name="Shot">Id of the shot; null if the error is not in a shot.</param>
/// <param name="Field">Member by its JSON name, such as <c>panel.x</c>.</param>
/// <param name="Message">Sentence that says what is wrong and what is allowed.</param>
public sealed record ScriptError(string? Shot, string Field, string Message)
{
    public override string ToString() => Shot is null ? $"{Field}: {Message}" : $"{Shot}, {Field}: {Message}";
}

/// <summary>Rules that every script keeps, generated or edited.</summary>
public static class ScriptRules
{
    /// <summary>Number of errors after which a check stops.</summary>
    private const int MaxErrors = 100;

    /// <summary>Checks a script.</summary>
    /// <returns>Errors; empty if the script is valid.</returns>
    public static IReadOnlyList<ScriptError> Check(VideoScript script)
    {
        var errors = new List<ScriptError>();
        if (script.Version != VideoScript.CurrentVersion)
            Add("version", $"Version {script.Version} is not supported. Use version {VideoScript.CurrentVersion}.");
        errors.AddRange(CheckText(null, "title", script.Title, ScriptLimits.MaxTitleLength));
        if (script.Language is not ("en" or "ja"))
            Add("language", "The language must be en or ja.");
        CheckSide("width", script.Width);
        CheckSide("height", script.Height);
        CheckRange("fps", script.Fps, 1, ScriptLimits.MaxFps);
        CheckRange("pages", script.Pages.Count, 1, ScriptLimits.MaxPages, " pages");
        CheckRange("shots", script.Shots.Count, 1, ScriptLimits.MaxShots, " shots");

        var pages = new Dictionary<int, ScriptPage>();
        for (var i = 0; i < script.Pages.Count; i++)
        {
            var page = script.Pages[i];
            if (page is null || page.Number != i + 1)
            {
                Add($"pages[{i}]", $"Pages are numbered from 1 without gaps. This page must have number {i + 1}.");
                continue;
            }

            errors.AddRange(CheckText(null, $"pages[{i}].name", page.Name, ScriptLimits.MaxTitleLength));
            errors.AddRange(CheckText(null, $"pages[{i}].reason", page.Reason, ScriptLimits.MaxLineLength));
            pages[page.Number] = page;
        }

        var ids = new HashSet<string>();
        for (var i = 0; i < script.Shots.Count && errors.Count < MaxErrors; i++)
        {
            if (script.Shots[i] is not { } shot)
                Add($"shots[{i}]", "A shot must be an object, not null.");
            else
                errors.AddRange(CheckShot(shot, $"shots[{i}].id", pages, ids));
        }

        if (script.Cover is { } cover && !script.Shots.Any(shot => shot?.Id == cover))
            Add("cover", $"There is no shot '{cover}'. Use null for the largest panel of the first ones.");
        if (script.Cast is { } cast)
            errors.AddRange(CastRules.Check(cast).Select(error => error with { Field = $"cast.{error.Field}" }));
        return errors;

        void Add(string field, string message) => errors.Add(new ScriptError(null, field, message));

        void CheckRange(string field, int value, int min, int max, string unit = "")
        {
            if (value < min || value > max)
                Add(field, $"{value}{unit} is outside {min} to {max}.");
        }

        void CheckSide(string field, int value)
        {
            CheckRange(field, value, ScriptLimits.MinFrameSide, ScriptLimits.MaxFrameSide, " pixels");
            if (value % 2 != 0)
                Add(field, $"{value} pixels is odd. The sides of a video must be even.");
        }
    }

    /// <summary>Checks a script that replaces another one. Shots and texts can change; pages and the video's format cannot.</summary>
    /// <returns>Errors; empty if the edited script is valid.</returns>
    public static IReadOnlyList<ScriptError> CheckEdit(VideoScript original, VideoScript edited)
    {
        var errors = new List<ScriptError>(Check(edited));
        CheckUnchanged("width", original.Width, edited.Width);
        CheckUnchanged("height", original.Height, edited.Height);
        CheckUnchanged("fps", original.Fps, edited.Fps);
        if (!original.Pages.SequenceEqual(edited.Pages))
        {
            errors.Add(new ScriptError(
                null, "pages", "The pages cannot be edited; send them unchanged. To leave out a page, remove its shots."));
        }

        var known = original.Shots.ToDictionary(shot => shot.Id);
        foreach (var shot in edited.Shots)
        {
            if (shot is null || errors.Count >= MaxErrors)
                continue;
            if (!known.TryGetValue(shot.Id, out var before))
                errors.Add(new ScriptError(shot.Id, "id", "There is no shot of this id in the script. Shots cannot be added."));
            else if (before.Page != shot.Page)
                errors.Add(new ScriptError(shot.Id, "page", $"A shot cannot move to another page. It belongs to page {before.Page}."));
        }

        return errors;

        void CheckUnchanged(string field, int before, int after)
        {
            if (before != after)
                errors.Add(new ScriptError(null, field, $"This cannot be edited. Send {before}."));
        }
    }

    private static IEnumerable<ScriptError> CheckShot(
        ScriptShot shot, string idField, Dictionary<int, ScriptPage> pages, HashSet<string> ids)
    {
        if (shot.Id.Length is 0 or > ScriptLimits.MaxIdLength || !shot.Id.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'))
        {
            yield return new ScriptError(null, idField, $"An id has 1 to {ScriptLimits.MaxIdLength} letters, digits or hyphens.");
            yield break;
        }

        if (!ids.Add(shot.Id))
            yield return Error("id", "Two shots have this id.");
        if (!pages.TryGetValue(shot.Page, out var page))
            yield return Error("page", $"There is no page {shot.Page}. The script has {pages.Count} pages.");
        else if (page.Width == 0)
            yield return Error("page", $"Page {shot.Page} cannot be read, so it has no shots.");
        else if (CheckPanel(shot, page) is { } error)
            yield return error;
        else if (shot.Outline is { } outline && !IsOutline(outline, page))
        {
            yield return Error(
                "outline",
                $"An outline has 3 to {ScriptLimits.MaxCorners} corners on its page, clockwise. No corner points inwards. "
                + "Use null to show the whole box.");
        }

        if (shot.Lettering is { } lettering && (lettering.Count > ScriptLimits.MaxLetteringBoxes || !lettering.All(IsBox)))
        {
            yield return Error(
                "lettering",
                $"At most {ScriptLimits.MaxLetteringBoxes} boxes of lettering are allowed, each of 1 to {ScriptLimits.MaxPageSide} pixels. "
                + "Use null for none.");
        }

        if (shot.Focus is { } focus && page is not null
            && !(focus.X >= 0 && focus.X <= page.Width && focus.Y >= 0 && focus.Y <= page.Height))
        {
            yield return Error("focus", $"The point is outside page {page.Number}. Use null for the middle of the panel.");
        }

        if (shot.Card is { } card)
        {
            if (card.Count is 0 or > ScriptLimits.MaxCardLines || card.Any(string.IsNullOrWhiteSpace))
                yield return Error("card", $"A card has 1 to {ScriptLimits.MaxCardLines} lines, none of them blank. Use null for no card.");
            foreach (var error in card.SelectMany(line => CheckText(shot.Id, "card", line, ScriptLimits.MaxTitleLength)))
                yield return error;
        }

        if (!(shot.Confidence is >= 0 and <= 1))
            yield return Error("confidence", "The confidence must be 0 to 1.");
        foreach (var error in CheckText(shot.Id, "line", shot.Line, ScriptLimits.MaxLineLength))
            yield return error;
        foreach (var error in CheckText(shot.Id, "speaker", shot.Speaker, ScriptLimits.MaxSpeakerLength))
            yield return error;
        if (shot.Duration is { } seconds && !(seconds is >= ScriptLimits.MinShotSeconds and <= ScriptLimits.MaxShotSeconds))
        {
            yield return Error(
                "duration",
                $"{seconds} s is outside {ScriptLimits.MinShotSeconds} to {ScriptLimits.MaxShotSeconds} s. "
                + "Use null for the time that the shot needs.");
        }

        if (shot.Move is { } move && !Enum.IsDefined(move))
            yield return Error("move", "There is no such camera move.");

        ScriptError Error(string field, string message) => new(shot.Id, field, message);
    }

    private static ScriptError? CheckPanel(ScriptShot shot, ScriptPage page)
    {
        var box = shot.Panel;
        long right = (long)box.X + box.Width, bottom = (long)box.Y + box.Height;
        (string Field, string Message)? error = box switch
        {
            { Width: < ScriptLimits.MinPanelSide } => ("panel.width", DescribeSize(box.Width)),
            { Height: < ScriptLimits.MinPanelSide } => ("panel.height", DescribeSize(box.Height)),
            { X: < 0 } => ("panel.x", $"{box.X} is outside the page."),
            { Y: < 0 } => ("panel.y", $"{box.Y} is outside the page."),
            _ when right > page.Width => ("panel.x", $"The panel ends at {right}; page {page.Number} is {page.Width} pixels wide."),
            _ when bottom > page.Height => ("panel.y", $"The panel ends at {bottom}; page {page.Number} is {page.Height} pixels high."),
            _ => null,
        };
        return error is var (field, message) ? new ScriptError(shot.Id, field, message) : null;

        string DescribeSize(int side) => $"{side} pixels is too small. A panel has at least {ScriptLimits.MinPanelSide}.";
    }

    private static bool IsOutline(IReadOnlyList<PagePoint> corners, ScriptPage page) =>
        corners.Count is >= 3 and <= ScriptLimits.MaxCorners
        && corners.All(corner => corner.X >= 0 && corner.X <= page.Width && corner.Y >= 0 && corner.Y <= page.Height)
        && PanelOutline.IsConvexClockwise(corners);

    private static bool IsBox(LetteringBox? box) => box is
    {
        X: >= 0 and <= ScriptLimits.MaxPageSide,
        Y: >= 0 and <= ScriptLimits.MaxPageSide,
        Width: >= 1 and <= ScriptLimits.MaxPageSide,
        Height: >= 1 and <= ScriptLimits.MaxPageSide,
        Letters: null or (>= 0 and <= ScriptLimits.MaxLineLength),
    };

    internal static IEnumerable<ScriptError> CheckText(string? shot, string field, string? text, int maxLength)
    {
        if (text is null)
            yield break;
        if (text.Length > maxLength)
            yield return new ScriptError(shot, field, $"{text.Length} characters; {maxLength} are allowed.");
        if (text.EnumerateRunes().Any(rune => rune == Rune.ReplacementChar || IsUnprintable(rune)))
        {
            yield return new ScriptError(
                shot, field, "The text has a control character, a character that changes the text direction, or a damaged one. Remove it.");
        }
    }

    /// <summary>
    /// Whether a character is a control, line end, private character or direction mark. Joiners and variation selectors are allowed.
    /// </summary>
    internal static bool IsUnprintable(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse
        || rune.Value is (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069);
}
