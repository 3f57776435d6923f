using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace MangaMotion.Console.Pages.Creator;

/// <summary>Edit of the lines of a script by a plain form. Members that the form does not show are kept.</summary>
internal static class ScriptEdit
{
    /// <param name="Duration">Seconds as the form shows them; null: by the line.</param>
    public sealed record Shot(string Id, int Page, string? Line, string? Speaker, string? Duration, string? Flag);

    /// <summary>Computes a short hash of a script, by which an edit of an older version is noticed.</summary>
    public static string GetVersion(string script) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(script)))[..16];

    public static IReadOnlyList<Shot> ReadShots(string script) => [.. FindShots(JsonNode.Parse(script)!).Select(shot => new Shot(
        (string)shot["id"]!, (int)shot["page"]!, (string?)shot["line"], (string?)shot["speaker"],
        shot["duration"] is { } seconds ? ((double)seconds).ToString(CultureInfo.InvariantCulture) : null, (string?)shot["flag"]))];

    /// <summary>Writes the fields of the form into the script.</summary>
    /// <returns>Null if a duration is no number.</returns>
    public static string? Apply(string script, IFormCollection form)
    {
        var edited = JsonNode.Parse(script)!;
        foreach (var shot in FindShots(edited))
        {
            var id = (string)shot["id"]!;
            SetText(shot, "line", form[$"line:{id}"]);
            SetText(shot, "speaker", form[$"speaker:{id}"]);
            if (!TrySetDuration(shot, form[$"duration:{id}"]))
                return null;
        }

        return edited.ToJsonString();
    }

    private static IEnumerable<JsonObject> FindShots(JsonNode script) => script["shots"]!.AsArray().Select(shot => shot!.AsObject());

    private static void SetText(JsonObject shot, string name, string? value)
    {
        // Browsers send line breaks as CR LF.
        var text = value?.ReplaceLineEndings("\n").Trim();
        if (value is not null && text != ((string?)shot[name] ?? ""))
            shot[name] = text is { Length: > 0 } ? text : null;
    }

    private static bool TrySetDuration(JsonObject shot, string? value)
    {
        if (string.IsNullOrWhiteSpace(value))
        {
            if (value is not null && shot["duration"] is not null)
                shot["duration"] = null;
            return true;
        }

        if (!double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds))
            return false;
        shot["duration"] = seconds;
        return true;
    }
}
