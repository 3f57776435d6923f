using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using MangaMotion.Ingest.Api;
using MangaMotion.Jobs;
using MangaMotion.Media.Images;
using MangaMotion.ServiceDefaults.Problems;

namespace MangaMotion.Ingest.Accepting.Ingests;

/// <summary>The fields of an ingest beside its files, checked.</summary>
public partial class IngestRequest
{
    private const int CallbackLength = 2_000;
    private static readonly IReadOnlyList<string> Known = ["collection", "priority", "not_before", "callback_url", "params"];

    public string? Collection { get; private set; }

    public Lane Lane { get; private set; } = Lane.Normal;

    public DateTimeOffset? NotBefore { get; private set; }

    /// <summary>Told of the end of the ingest.</summary>
    public Uri? CallbackUrl { get; private set; }

    /// <summary>A JSON object.</summary>
    public string Params { get; private set; } = "{}";

    /// <summary>Names of the fields that it takes.</summary>
    protected virtual IEnumerable<string> Fields => Known;

    /// <summary>Takes one form field.</summary>
    /// <exception cref="ProblemException">The field is not known or its value is not allowed; it is named.</exception>
    public virtual void Set(string field, string value)
    {
        switch (field)
        {
            case "collection":
                Collection = Slug().IsMatch(value)
                    ? value
                    : throw Invalid(field, "must be 1 to 64 lower-case letters, digits, '-' or '_', beginning with a letter or digit");
                break;
            case "priority":
                Lane = Lanes.TryParse(value, out var lane) ? lane : throw Invalid(field, "must be high, normal or low");
                break;
            case "not_before":
                // Without an offset it is UTC, wherever this runs.
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
            case "files":
                throw Invalid(field, "must be a part with a filename");
            default:
                throw new ProblemException(400, "unknown_field",
                    $"There is no field '{NearestName.Shorten(field)}'; known are files, {string.Join(", ", Fields)}."
                    + NearestName.Suggest(field, Fields));
        }
    }

    /// <summary>Only its form: whether the address may be called is decided when it is called, for names change their addresses.</summary>
    private static Uri ParseCallback(string value) =>
        value.Length <= CallbackLength && Uri.TryCreate(value, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url is { Host.Length: > 0, UserInfo: "" }
            ? url
            : throw Invalid("callback_url", $"must be an http or https URL of at most {CallbackLength} characters, without user and password");

    private static string ParseParams(string value)
    {
        try
        {
            using var document = JsonDocument.Parse(value);
            WholeTexts.Check(document.RootElement);
            ImageParams.Parse(document.RootElement);
            return value;
        }
        catch (JsonException exception)
        {
            throw Invalid("params", $"must be a JSON object: {exception.Message}");
        }
        catch (FormatException exception)
        {
            throw new ProblemException(400, "invalid_params", exception.Message);
        }
    }

    internal static ProblemException Invalid(string field, string rule) => new(400, "invalid_field", $"The field '{field}' {rule}.");

    [GeneratedRegex("^[a-z0-9][a-z0-9_-]{0,63}\\z", RegexOptions.NonBacktracking)]
    private static partial Regex Slug();
}
