using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using MangaMotion.Comics.Camera;
using MangaMotion.Comics.Script;

namespace MangaMotion.Console.Pages.Creator;

/// <summary>Fields of one shot in the form of the editor, as texts.</summary>
/// <param name="Move">Name of the camera move; empty: automatic.</param>
/// <param name="Duration">Seconds; empty: by the line.</param>
internal sealed record ShotFields(string Line, string Speaker, string Move, string Duration)
{
    /// <summary>Names of the moves, as in the JSON of the script, with their names for people.</summary>
    public static IReadOnlyDictionary<string, string> Moves { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        [""] = "automatic",
        [NameOf(CameraMove.PushIn)] = "push in",
        [NameOf(CameraMove.Pan)] = "pan",
        [NameOf(CameraMove.TiltDown)] = "tilt down",
    };

    /// <summary>Hash by which an edit of the fields is noticed.</summary>
    public string Version => Convert.ToHexStringLower(
        SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', Line, Speaker, Move, Duration))).AsSpan(0, 6));

    public static ShotFields Read(ScriptShot shot) => new(
        shot.Line ?? "", shot.Speaker ?? "", shot.Move is { } move ? NameOf(move) : "",
        shot.Duration?.ToString(CultureInfo.InvariantCulture) ?? "");

    /// <summary>Reads the fields of a shot from the form; null if the form does not have them.</summary>
    public static ShotFields? Read(IFormCollection form, string id) => form.ContainsKey($"line:{id}")
        ? new(
            Normalize(form[$"line:{id}"]), Normalize(form[$"speaker:{id}"]), Normalize(form[$"move:{id}"]),
            Normalize(form[$"duration:{id}"]))
        : null;

    /// <summary>Writes the fields into a shot.</summary>
    /// <returns>Null if the duration is no number, or the move is unknown.</returns>
    public ScriptShot? Write(ScriptShot shot)
    {
        double? duration = null;
        if (Duration.Length > 0)
        {
            if (!double.TryParse(Duration, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds))
                return null;
            duration = seconds;
        }

        return Moves.ContainsKey(Move)
            ? shot with
            {
                Line = Line.Length > 0 ? Line : null,
                Speaker = Speaker.Length > 0 ? Speaker : null,
                Move = Move.Length > 0 ? JsonSerializer.SerializeToElement(Move).Deserialize<CameraMove>(ScriptJson.Options) : null,
                Duration = duration,
            }
            : null;
    }

    // Browsers send line breaks as CR LF.
    private static string Normalize(string? text) => (text ?? "").ReplaceLineEndings("\n").Trim();

    private static string NameOf(CameraMove move) => JsonSerializer.SerializeToElement(move, ScriptJson.Options).GetString()!;
}

/// <summary>A form of the editor, merged into the newest script.</summary>
/// <param name="Script">The newest script with the edited shots; null if there are conflicts or invalid fields.</param>
/// <param name="Edited">Fields of each shot that the form has edited, by its id.</param>
/// <param name="Conflicts">Ids of shots that another person has changed as well.</param>
/// <param name="Removed">Ids of edited shots that are no longer in the script.</param>
/// <param name="Invalid">Ids of shots whose duration is no number.</param>
internal sealed record ScriptEdit(
    VideoScript? Script, IReadOnlyDictionary<string, ShotFields> Edited, IReadOnlyCollection<string> Conflicts,
    IReadOnlyCollection<string> Removed, IReadOnlyCollection<string> Invalid)
{
    public const string BasePrefix = "base:";

    /// <summary>
    /// Merges by shot: a shot that the form leaves as it was shown stays as it is now. A shot that both have changed is a conflict.
    /// </summary>
    public static ScriptEdit Merge(VideoScript newest, IFormCollection form)
    {
        var edited = new Dictionary<string, ShotFields>(StringComparer.Ordinal);
        foreach (var (name, version) in form.Where(field => field.Key.StartsWith(BasePrefix, StringComparison.Ordinal)))
        {
            var id = name[BasePrefix.Length..];
            if (ShotFields.Read(form, id) is { } fields && fields.Version != version)
                edited[id] = fields;
        }

        var (conflicts, invalid, shots) = (new List<string>(), new List<string>(), new List<ScriptShot>());
        foreach (var shot in newest.Shots)
        {
            var written = shot;
            if (edited.TryGetValue(shot.Id, out var fields))
            {
                var now = ShotFields.Read(shot);
                if (now.Version != form[$"{BasePrefix}{shot.Id}"] && now != fields)
                    conflicts.Add(shot.Id);
                if (fields.Write(shot) is { } changed)
                    written = changed;
                else
                    invalid.Add(shot.Id);
            }

            shots.Add(written);
        }

        var removed = edited.Keys.Except(newest.Shots.Select(shot => shot.Id)).ToList();
        var isClean = conflicts.Count + invalid.Count + removed.Count == 0;
        return new(isClean ? newest with { Shots = shots } : null, edited, conflicts, removed, invalid);
    }
}
