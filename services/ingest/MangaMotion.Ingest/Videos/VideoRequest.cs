using System.Text.RegularExpressions;
using MangaMotion.Contracts.Videos.V1;
using MangaMotion.Ingest.Ingests;

namespace MangaMotion.Ingest.Videos;

/// <summary>The fields of a video beside its chapter, checked.</summary>
public sealed partial class VideoRequest : IngestRequest
{
    private static readonly string[] Known =
        ["title", "direction", "language", "voice", "size", "fps", "music", "burn_subtitles", "unreadable_pages", "review", "stop_at"];

    private static readonly string[] Stages = ["script_gen", "voice_gen", "video_gen", "compositing"];

    public VideoOptions Options { get; private set; } = new();

    protected override IEnumerable<string> Fields => base.Fields.Where(name => name != "params").Concat(Known);

    public override void Set(string field, string value)
    {
        switch (field)
        {
            case "title":
                Options = Options with { Title = value is { Length: > 0 and <= 200 } && !value.Any(char.IsControl) ? value : throw Invalid(field, "must be 1 to 200 characters, none of them a control character") };
                break;
            case "direction":
                Options = Options with { Direction = Unless("auto", OneOf(field, value, "auto", "rtl", "ltr")) };
                break;
            case "language":
                Options = Options with { Language = Unless("auto", OneOf(field, value, "auto", "en", "ja")) };
                break;
            case "voice":
                Options = Options with { Voice = VoiceName().IsMatch(value) ? value : throw Invalid(field, "must be 1 to 64 letters, digits, '-', '_', '.' or ':'") };
                break;
            case "size":
                var (width, height) = Size(field, value);
                Options = Options with { Width = width, Height = height };
                break;
            case "fps":
                Options = Options with { Fps = int.Parse(OneOf(field, value, "24", "25", "30", "60"), null) };
                break;
            case "music":
                Options = Options with { Music = Flag(field, value) };
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
                Options = Options with { StopAt = Unless(Stages[^1], OneOf(field, value, Stages)) };
                break;
            case "params":
                throw Invalid(field, "is for derivatives; a video has fields of its own");
            default:
                base.Set(field, value);
                break;
        }
    }

    private static (int Width, int Height) Size(string field, string value)
    {
        if (Pixels().Match(value) is { Success: true } match)
        {
            var (width, height) = (int.Parse(match.Groups["width"].ValueSpan, null), int.Parse(match.Groups["height"].ValueSpan, null));
            if (width is >= 128 and <= 3840 && height is >= 128 and <= 3840 && width % 2 == 0 && height % 2 == 0)
                return (width, height);
        }

        return value switch
        {
            "landscape" => (1920, 1080),
            "portrait" => (1080, 1920),
            "square" => (1080, 1080),
            _ => throw Invalid(field, "must be landscape, portrait, square, or WIDTHxHEIGHT with even numbers from 128 to 3840"),
        };
    }

    private static string OneOf(string field, string value, params string[] allowed) =>
        allowed.Contains(value) ? value : throw Invalid(field, $"must be one of {string.Join(", ", allowed)}");

    private static string? Unless(string unset, string value) => value == unset ? null : value;

    private static bool Flag(string field, string value) => OneOf(field, value, "true", "false") == "true";

    [GeneratedRegex(@"^(?<width>[0-9]{3,4})x(?<height>[0-9]{3,4})\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Pixels();

    [GeneratedRegex(@"^[A-Za-z0-9_.:-]{1,64}\z", RegexOptions.NonBacktracking)]
    private static partial Regex VoiceName();
}
