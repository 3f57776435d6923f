using System.Text.Json;
using MangaMotion.Api;
using MangaMotion.Ingest.Accepting.Ingests;
using MangaMotion.Ingest.Api;
using MangaMotion.ServiceDefaults.Problems;

namespace MangaMotion.Ingest.Accepting.Videos;

/// <summary>A preset: options of a video under one name, of the installation or sent by an owner.</summary>
internal static class PresetDocument
{
    /// <summary>Largest preset of an owner, in characters.</summary>
    private const int MaxLength = 10_000;

    private static readonly string[] Fields =
        ["size", "fps", "voice", "music", "ambience", "titles", "burn_subtitles", "captions", "pace", "transitions"];

    /// <summary>Opens the document of a preset of the installation; null if there is none of the name.</summary>
    public static Stream? Open(string name) =>
        typeof(PresetDocument).Assembly.GetManifestResourceStream($"MangaMotion.Ingest.Presets.{name}.json");

    /// <summary>Reads a preset by its name, or as JSON.</summary>
    /// <returns>The fields of a request that it stands for.</returns>
    /// <exception cref="ProblemException">400: the message lists the presets, or the known members.</exception>
    public static IReadOnlyList<KeyValuePair<string, string>> Read(string preset)
    {
        if (VideoPresets.All.Contains(preset))
        {
            using var document = JsonDocument.Parse(Open(preset)!);
            return ReadFields(document.RootElement);
        }

        if (!preset.TrimStart().StartsWith('{'))
            throw Invalid($"must be one of {string.Join(", ", VideoPresets.All)}, or a preset as JSON ({ServiceIndex.PresetSchema})");
        if (preset.Length > MaxLength)
            throw Invalid($"has {preset.Length} characters; {MaxLength} are allowed");
        try
        {
            using var document = JsonDocument.Parse(preset);
            TextValidation.Check(document.RootElement);
            return ReadFields(document.RootElement);
        }
        catch (JsonException exception)
        {
            throw Invalid($"must be the name of a preset, or JSON; {JsonFault.Describe(exception)}");
        }
    }

    private static List<KeyValuePair<string, string>> ReadFields(JsonElement preset)
    {
        var fields = new List<KeyValuePair<string, string>>();
        foreach (var member in preset.EnumerateObject())
        {
            if (member.Name is "$schema" or "description")
                continue;
            if (!Fields.Contains(member.Name))
            {
                throw Invalid($"has the member '{NearestName.Shorten(member.Name)}', which no preset has; known are "
                    + string.Join(", ", Fields) + NearestName.Suggest(member.Name, Fields).TrimEnd('.'));
            }

            fields.Add(new(
                member.Name, member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString()! : member.Value.GetRawText()));
        }

        return fields;
    }

    private static ProblemException Invalid(string rule) => IngestRequest.Invalid("preset", rule);
}
