using System.Text.Json;
using System.Text.RegularExpressions;

namespace MangaMotion.Media.Images;

/// <summary>
/// Variants that a caller chooses beside preview and thumbnail: a JSON array of <c>name</c>, <c>longest_side</c> (16–4096 pixels),
/// <c>format</c> (<c>jpeg</c>, <c>webp</c> or <c>avif</c>), <c>fit</c> (<c>contain</c> or <c>crop</c>) and <c>quality</c> (1–100).
/// </summary>
public static partial class ChosenVariants
{
    /// <summary>Name of the array in the parameters of a job.</summary>
    public const string Member = "variants";

    /// <summary>Most variants in one set.</summary>
    public const int MaxCount = 8;

    public const int SmallestSide = 16;
    public const int LargestSide = 4096;

    /// <summary>Quality of an AVIF that looks like a JPEG of quality 80.</summary>
    private const int AvifQuality = 50;

    private static readonly string[] Known = ["name", "longest_side", "format", "fit", "quality"];

    /// <summary>Parses the array.</summary>
    /// <exception cref="FormatException">
    /// A member is unknown or its value is not allowed. The message names it and the allowed values.
    /// </exception>
    public static IReadOnlyList<ImageVariant> Parse(JsonElement variants)
    {
        if (variants.ValueKind != JsonValueKind.Array)
            throw new FormatException($"{Member} must be a JSON array of objects with {string.Join(", ", Known)}.");
        if (variants.GetArrayLength() > MaxCount)
            throw new FormatException($"{Member} has {variants.GetArrayLength()} entries; at most {MaxCount} are allowed.");
        var parsed = variants.EnumerateArray().Select((variant, i) => Parse(variant, $"{Member}[{i}]")).ToList();
        return parsed.GroupBy(variant => variant.Name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } repeated
            ? throw new FormatException($"{Member} has two entries with the name '{repeated.Key}'; give each its own name.")
            : parsed;
    }

    private static ImageVariant Parse(JsonElement variant, string place)
    {
        if (variant.ValueKind != JsonValueKind.Object)
            throw new FormatException($"{place} must be an object with {string.Join(", ", Known)}.");
        if (variant.EnumerateObject().Select(member => member.Name).FirstOrDefault(name => !Known.Contains(name)) is { } unknown)
            throw new FormatException($"{place} has no '{Shorten(unknown)}'; known are {string.Join(", ", Known)}.");
        var format = ReadOneOf(
            variant, place, "format", ("jpeg", ImageFormat.Jpeg), ("webp", ImageFormat.Webp), ("avif", ImageFormat.Avif));
        var size = ReadNumber(variant, place, "longest_side", SmallestSide, LargestSide) ?? throw Missing(place, "longest_side");
        return new(ReadName(variant, place), size)
        {
            Format = format,
            Fit = ReadOneOf(variant, place, "fit", ("contain", ImageFit.Contain), ("crop", ImageFit.Crop)),
            Quality = ReadNumber(variant, place, "quality", 1, 100) ?? (format == ImageFormat.Avif ? AvifQuality : 80),
        };
    }

    private static string ReadName(JsonElement variant, string place)
    {
        if (Find(variant, "name") is not { } value)
            throw Missing(place, "name");
        var name = value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
        return Name().IsMatch(name)
            ? name
            : throw new FormatException(
                $"{place}.name must be 1 to 32 lower-case letters, digits or '-', beginning with a letter or digit.");
    }

    private static int? ReadNumber(JsonElement variant, string place, string member, int least, int most)
    {
        if (Find(variant, member) is not { } value)
            return null;
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= least && number <= most
            ? number
            : throw new FormatException($"{place}.{member} must be a whole number from {least} to {most}.");
    }

    /// <summary>Reads one of the allowed values, in any case. Without the member, returns the first one.</summary>
    private static T ReadOneOf<T>(JsonElement variant, string place, string member, params (string Name, T Value)[] allowed)
    {
        if (Find(variant, member) is not { } value)
            return allowed[0].Value;
        foreach (var (name, result) in allowed)
        {
            if (value.ValueKind == JsonValueKind.String && name.Equals(value.GetString(), StringComparison.OrdinalIgnoreCase))
                return result;
        }

        throw new FormatException($"{place}.{member} must be one of {string.Join(", ", allowed.Select(each => each.Name))}.");
    }

    private static JsonElement? Find(JsonElement variant, string member) =>
        variant.TryGetProperty(member, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static FormatException Missing(string place, string member) => new($"{place} has no '{member}', which is required.");

    private static string Shorten(string name) => name.Length <= 50 ? name : $"{name[..50]}…";

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,31}\\z", RegexOptions.NonBacktracking)]
    private static partial Regex Name();
}
