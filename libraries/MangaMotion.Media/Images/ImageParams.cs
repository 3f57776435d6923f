using System.Globalization;
using System.Text.Json;

namespace MangaMotion.Media.Images;

/// <summary>
/// Parameters of a caller for pictures, a JSON object: <c>preview_size</c> and
/// <c>thumbnail_size</c> (longest side, pixels), <c>format</c> (<c>jpeg</c> or <c>webp</c>), <c>quality</c> (1–100),
/// <c>background</c> (<c>#rrggbb</c>) and <c>variants</c> (<see cref="ChosenVariants"/>). Each is optional.
/// </summary>
public static class ImageParams
{
    private static readonly string[] Known = ["preview_size", "thumbnail_size", "format", "quality", "background", ChosenVariants.Member];

    /// <summary>Parses the parameters.</summary>
    /// <exception cref="FormatException">A parameter is unknown or its value is not allowed. The message names it.</exception>
    public static ImageRequest Parse(JsonElement parameters)
    {
        if (parameters.ValueKind != JsonValueKind.Object)
            throw new FormatException("params must be a JSON object.");

        var variants = ImageRequest.Defaults;
        var background = Rgb.White;
        IReadOnlyList<ImageVariant> chosen = [];
        foreach (var parameter in parameters.EnumerateObject())
        {
            var value = parameter.Value;
            switch (parameter.Name)
            {
                case "preview_size":
                    Resize(ImageRequest.Preview.Name, parameter);
                    break;
                case "thumbnail_size":
                    Resize(ImageRequest.Thumbnail.Name, parameter);
                    break;
                case "quality":
                    var quality = Number(parameter, 1, 100);
                    variants = [.. variants.Select(variant => variant with { Quality = quality })];
                    break;
                case "format":
                    var format = Format(value);
                    variants = [.. variants.Select(variant => variant with { Format = format })];
                    break;
                case "background":
                    background = Colour(value);
                    break;
                case ChosenVariants.Member:
                    chosen = ChosenVariants.Parse(value);
                    break;
                default:
                    throw new FormatException($"params has no '{Shown(parameter.Name)}'; known are {string.Join(", ", Known)}.");
            }
        }

        return new() { Variants = [.. variants, .. chosen], Background = background };

        void Resize(string name, JsonProperty parameter)
        {
            var size = Number(parameter, ChosenVariants.SmallestSide, ChosenVariants.LargestSide);
            variants = [.. variants.Select(variant => variant.Name == name ? variant with { Size = size } : variant)];
        }
    }

    private static int Number(JsonProperty parameter, int least, int most) =>
        parameter.Value.ValueKind == JsonValueKind.Number && parameter.Value.TryGetInt32(out var number)
            && number >= least && number <= most
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
