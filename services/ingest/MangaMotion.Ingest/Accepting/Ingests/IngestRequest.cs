using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using MangaMotion.Api;
using MangaMotion.Ingest.Api;
using MangaMotion.Jobs;
using MangaMotion.Media.Images;
using MangaMotion.ServiceDefaults.Problems;

namespace MangaMotion.Ingest.Accepting.Ingests;

/// <summary>Checked fields of an ingest, without its files.</summary>
public partial class IngestRequest
{
    private const int CallbackLength = 2_000;
    private static readonly IReadOnlyList<string> Known = ["collection", "priority", "not_before", "callback_url", "params", "variants"];

    public string? Collection { get; private set; }

    public Lane Lane { get; private set; } = Lane.Normal;

    public DateTimeOffset? NotBefore { get; private set; }

    /// <summary>URL that is notified of the end of the ingest.</summary>
    public Uri? CallbackUrl { get; private set; }

    /// <summary>Parameters of the derivatives, a JSON object.</summary>
    public string Params { get; private set; } = "{}";

    /// <summary>Chosen variants, a JSON array; null takes those of the collection.</summary>
    public string? Variants { get; private set; }

    /// <summary>Whether the fields are members of JSON, and not of a form.</summary>
    public bool IsJson { get; init; }

    /// <summary>Names of the fields.</summary>
    protected virtual IEnumerable<string> Fields => [IsJson ? "uploads" : "files", "payload", .. Known];

    /// <summary>Sets one form field.</summary>
    /// <exception cref="ProblemException">The field is unknown or its value is not allowed. The message names it.</exception>
    public virtual void Set(string field, string value)
    {
        switch (field)
        {
            case "collection":
                Collection = CheckCollection(value);
                break;
            case "priority":
                Lane = Lanes.TryParse(value.ToLowerInvariant(), out var lane)
                    ? lane
                    : throw Invalid(field, "must be high, normal or low");
                break;
            case "not_before":
                // A time without an offset is UTC in every time zone of the server.
                NotBefore = DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
                    ? time.ToUniversalTime()
                    : throw Invalid(field, "must be a time such as 2027-01-31T18:00:00Z");
                break;
            case "callback_url":
                CallbackUrl = ParseCallback(value);
                break;
            case "params":
                Params = ParseParams(value);
                break;
            case "variants":
                ParseVariants(value);
                Variants = value;
                break;
            case "files":
                throw Invalid(field, "must be a part with a filename");
            default:
                throw new ProblemException(400, "unknown_field",
                    $"There is no field '{NearestName.Shorten(field)}'; known are {string.Join(", ", Fields)}."
                    + NearestName.Suggest(field, Fields));
        }
    }

    /// <summary>Checks the form only. The address is checked at the call, because a name can change its address.</summary>
    private static Uri ParseCallback(string value) =>
        value.Length <= CallbackLength && Uri.TryCreate(value, UriKind.Absolute, out var url)
            && url is { Scheme: "http" or "https", Host.Length: > 0, UserInfo: "" }
            ? url
            : throw Invalid(
                "callback_url", $"must be an http or https URL of at most {CallbackLength} characters, without user and password");

    /// <summary>Checks the name of a collection.</summary>
    /// <exception cref="ProblemException">400: it is not a valid name.</exception>
    internal static string CheckCollection(string name) => Slug().IsMatch(name)
        ? name
        : throw Invalid("collection", "must be 1 to 64 lower-case letters, digits, '-' or '_', beginning with a letter or digit");

    private static string ParseParams(string value)
    {
        Check("params", "object", value, json => CheckNames(ImageParams.Parse(json).Variants.Skip(ImageRequest.Defaults.Count)));
        return value;
    }

    /// <summary>Checks a set of variants, a JSON array.</summary>
    /// <exception cref="ProblemException">400: the message names the entry and the allowed values.</exception>
    internal static void ParseVariants(string value) =>
        Check("variants", "array", value, json => CheckNames(ChosenVariants.Parse(json)));

    private static void CheckNames(IEnumerable<ImageVariant> variants)
    {
        if (variants.FirstOrDefault(variant => AssetVariants.All.Contains(variant.Name)) is { } taken)
        {
            throw new FormatException(
                $"The name '{taken.Name}' of a variant is reserved. Use a name other than {string.Join(", ", AssetVariants.All)}.");
        }
    }

    private static void Check(string field, string kind, string value, Action<JsonElement> parse)
    {
        try
        {
            using var document = JsonDocument.Parse(value);
            TextValidation.Check(document.RootElement);
            parse(document.RootElement);
        }
        catch (JsonException exception)
        {
            throw Invalid(field, $"must be a JSON {kind}; {JsonFault.Describe(exception)}");
        }
        catch (FormatException exception)
        {
            throw new ProblemException(400, $"invalid_{field}", exception.Message);
        }
    }

    internal static ProblemException Invalid(string field, string rule) => new(400, "invalid_field", $"The field '{field}' {rule}.");

    [GeneratedRegex("^[a-z0-9][a-z0-9_-]{0,63}\\z", RegexOptions.NonBacktracking)]
    private static partial Regex Slug();
}
