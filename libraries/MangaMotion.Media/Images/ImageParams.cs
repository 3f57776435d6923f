using System.Globalization;
using System.Text.Json;

namespace MangaMotion.Media.Images;

/// <summary>
/// The parameters by which a caller chooses how pictures are made, a JSON object: <c>preview_size</c> and
/// <c>thumbnail_size</c> (longest side, pixels), <c>format</c> (<c>jpeg</c> or <c>webp</c>), <c>quality</c> (1–100) and
/// <c>background</c> (<c>#rrggbb</c>). All may be left out.
/// </summary>
public static class ImageParams
{
    private const int SmallestSize = 16;
    private const int LargestSize = 4096;
    private static readonly string[] Known = ["preview_size", "thumbnail_size", "format", "quality", "background"];

    /// <exception cref="FormatException">A parameter is not known or its value is not allowed; the message names it.</exception>
    public static ImageRequest Parse(JsonElement parameters)
    {
        if (parameters.ValueKind != JsonValueKind.Object)
            throw new FormatException("params must be a JSON object.");

        var preview = ImageRequest.Preview;
        var thumbnail = ImageRequest.Thumbnail;
        var background = Rgb.White;
        foreach (var parameter in parameters.EnumerateObject())
        {
            var value = parameter.Value;
            switch (parameter.Name)
            {
                case "preview_size":
                    preview = preview with { Size = Number(parameter, SmallestSize, LargestSize) };
                    break;
                case "thumbnail_size":
                    thumbnail = thumbnail with { Size = Number(parameter, SmallestSize, LargestSize) };
                    break;
                case "quality":
                    var quality = Number(parameter, 1, 100);
                    (preview, thumbnail) = (preview with { Quality = quality }, thumbnail with { Quality = quality });
                    break;
                case "format":
                    var format = Format(value);
                    (preview, thumbnail) = (preview with { Format = format }, thumbnail with { Format = format });
                    break;
                case "background":
                    background = Colour(value);
                    break;
                default:
                    throw new FormatException($"params has no '{Shown(parameter.Name)}'; known are {string.Join(", ", Known)}.");
            }
        }

        return new() { Variants = [preview, thumbnail], Background = background };
    }

    private static int Number(JsonProperty parameter, int least, int most) =>
        parameter.Value.ValueKind == JsonValueKind.Number && parameter.Value.TryGetInt32(out var number) && number >= least && number <= most
            ? number
            : throw new FormatException($"params.{parameter.Name} must be a whole number from {least} to {most}.");

    private static ImageFormat Format(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString() switch
    {
        "jpeg" => ImageFormat.Jpeg,
        "webp" => ImageFormat.Webp,
        _ => throw new FormatException("params.format must be jpeg or webp."),
    }
    : throw new FormatException("params.format must be jpeg or webp.");

    private static Rgb Colour(JsonElement value) =>
        value.ValueKind == JsonValueKind.String && value.GetString() is ['#', .. { Length: 6 } hex]
            && int.TryParse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var rgb)
            ? new((byte)(rgb >> 16), (byte)(rgb >> 8), (byte)rgb)
            : throw new FormatException("params.background must be a colour such as #ffffff.");

    private static string Shown(string name) => name.Length <= 50 ? name : $"{name[..50]}…";
}
