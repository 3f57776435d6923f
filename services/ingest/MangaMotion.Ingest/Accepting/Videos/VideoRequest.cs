using System.Globalization;
using MangaMotion.Api;
using MangaMotion.Contracts.Videos.V1;
using MangaMotion.Ingest.Accepting.Ingests;
using MangaMotion.ServiceDefaults.Problems;

namespace MangaMotion.Ingest.Accepting.Videos;

/// <summary>Checked fields of a video, without its chapter.</summary>
/// <param name="sourceId">Ingest that the path names as the chapter.</param>
public sealed class VideoRequest(VideoVoices voices, Guid? sourceId = null) : IngestRequest
{
    private static readonly string[] Known =
    [
        "ingest_id", "videos", "title", "direction", "language", "voice", "size", "fps", "music", "ambience", "burn_subtitles", "captions",
        "pace", "transitions", "titles", "preset", "author", "source",
        "unreadable_pages", "review", "stop_at",
    ];

    private readonly bool _isInPath = sourceId is not null;
    private readonly HashSet<string> _given = new(StringComparer.Ordinal);
    private IReadOnlyList<KeyValuePair<string, string>> _preset = [];

    /// <summary>Ingest whose files are the chapter; null for files or uploads of the request.</summary>
    public Guid? IngestId { get; private set; } = sourceId;

    public VideoOptions Options { get; private set; } = new();

    /// <summary>Whether every file is a chapter with a video of its own.</summary>
    public bool IsVideoOfEach { get; private set; }

    protected override IEnumerable<string> Fields => base.Fields.Where(name => name is not ("params" or "payload")).Concat(Known);

    public override void Set(string field, string value)
    {
        _given.Add(field);
        switch (field)
        {
            case "preset":
                _preset = PresetDocument.Read(value);
                break;
            case "captions":
                var form = OneOf(field, value, CaptionForms.Lines, CaptionForms.Words);
                Options = Options with { Captions = Unless(CaptionForms.Lines, form) };
                break;
            case "pace":
                Options = Options with { Pace = ParsePace(field, value) };
                break;
            case "transitions":
                string[] places = [TransitionPlaces.Pages, TransitionPlaces.All, TransitionPlaces.None];
                Options = Options with { Transitions = Unless(TransitionPlaces.Pages, OneOf(field, value, places)) };
                break;
            case "ingest_id" when _isInPath:
                throw Invalid(field, "is in the path; leave it out of the body");
            case "ingest_id":
                IngestId = Guid.TryParse(value, out var ingest) ? ingest : throw Invalid(field, "must be the id of an ingest");
                break;
            case "videos":
                IsVideoOfEach = OneOf(field, value, VideosOfFiles.One, VideosOfFiles.Each) == VideosOfFiles.Each;
                break;
            case "title":
                Options = Options with { Title = CheckTitle(field, value) };
                break;
            case "author":
                Options = Options with { Author = CheckTitle(field, value) };
                break;
            case "source":
                Options = Options with { Source = CheckTitle(field, value) };
                break;
            case "titles":
                Options = Options with { Titles = Flag(field, value) };
                break;
            case "direction":
                string[] directions = [ReadingDirections.Auto, ReadingDirections.RightToLeft, ReadingDirections.LeftToRight];
                Options = Options with { Direction = Unless(ReadingDirections.Auto, OneOf(field, value, directions)) };
                break;
            case "language":
                Options = Options with { Language = Unless("auto", OneOf(field, value, "auto", "en", "ja")) };
                break;
            case "voice":
                Options = Options with { Voice = OneOf(field, value, [.. voices.All.Select(voice => voice.Name)]) };
                break;
            case "size":
                var (width, height) = VideoSizes.Parse(value) ?? throw Invalid(field, $"must be {VideoSizes.Allowed}");
                Options = Options with { Width = width, Height = height };
                break;
            case "fps":
                Options = Options with { Fps = int.Parse(OneOf(field, value, "24", "25", "30", "60"), null) };
                break;
            case "music":
                Options = Options with { Music = Flag(field, value) };
                break;
            case "ambience":
                Options = Options with { Ambience = Flag(field, value) };
                break;
            case "burn_subtitles":
                Options = Options with { BurnSubtitles = Flag(field, value) };
                break;
            case "unreadable_pages":
                Options = Options with { UnreadablePages = OneOf(field, value, "show", "fail") };
                break;
            case "review":
                Options = Options with { Review = Flag(field, value) };
                break;
            case "stop_at":
                Options = Options with { StopAt = Unless(VideoStages.Compositing, OneOf(field, value, [.. VideoStages.All])) };
                break;
            case "params":
                throw Invalid(field, "is for derivatives; a video has fields of its own");
            default:
                base.Set(field, value);
                break;
        }
    }

    /// <summary>Adds the fields of the preset that the request does not set, and checks the fields against each other.</summary>
    /// <exception cref="ProblemException">
    /// 400: a value of the preset is not allowed, the voice does not speak the language, or several videos have one title.
    /// </exception>
    public void Complete()
    {
        foreach (var (field, value) in _preset.Where(member => !_given.Contains(member.Key)).ToArray())
            Set(field, value);
        if (IsVideoOfEach && Options.Title is not null)
            throw Invalid("title", "is that of one video; leave it out with videos=each, and each video has that of its chapter");
        if (Options is not { Voice: { } name, Language: { } language } || voices.Find(name)!.Languages.Contains(language))
            return;
        var fitting = voices.All.Where(voice => voice.Languages.Contains(language)).Select(voice => voice.Name);
        throw Invalid("voice", $"must be one that speaks '{language}': {string.Join(", ", fitting)}");
    }

    private static double ParsePace(string field, string value) =>
        double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var pace) && pace is >= 0.5 and <= 2
            ? pace
            : throw Invalid(field, "must be a number from 0.5 to 2");

    private static string CheckTitle(string field, string value) => value is { Length: > 0 and <= 200 } && !value.Any(char.IsControl)
        ? value
        : throw Invalid(field, "must be 1 to 200 characters without control characters");

    // Case is ignored: clients that NSwag generates for System.Text.Json write the names of enumerations with a capital.
    private static string OneOf(string field, string value, params string[] allowed) =>
        Array.Find(allowed, name => name.Equals(value, StringComparison.OrdinalIgnoreCase))
        ?? throw Invalid(field, $"must be one of {string.Join(", ", allowed)}");

    private static string? Unless(string unset, string value) => value == unset ? null : value;

    private static bool Flag(string field, string value) => OneOf(field, value, "true", "false") == "true";
}
