using System.Text;
using System.Text.Json;
using MangaMotion.Jobs;

namespace MangaMotion.Records.Payloads;

/// <summary>Where in the payload a record is, and what is said when it is refused.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Offset">Of its first byte, from 0.</param>
public readonly record struct RecordPlace(long Number, long Offset)
{
    private const int ShownLength = 60;

    /// <param name="why">To follow "Record 7".</param>
    public PermanentJobException Refused(string code, string why) => new(code, $"{this} {why}.");

    /// <param name="why">To follow "Record 7".</param>
    public ResourceLimitException OverLimit(string limit, string why) => new(limit, $"{this} {why}.");

    /// <param name="consumed">Bytes of the record that were read before.</param>
    public PermanentJobException NotJson(long consumed, JsonException exception)
    {
        // What follows is the place within our buffer.
        var message = exception.Message.Split(" LineNumber:")[0].TrimEnd('.');
        return new("invalid_json", $"{this} is not valid JSON near byte {Offset + consumed:N0}: {message}.", exception);
    }

    /// <summary>A caller's text within a sentence: cut, and without what would break the line.</summary>
    public static string Shown(ReadOnlySpan<byte> text) => Shown(Encoding.UTF8.GetString(text[..Math.Min(text.Length, 4 * ShownLength)]));

    /// <inheritdoc cref="Shown(ReadOnlySpan{byte})"/>
    public static string Shown(string text)
    {
        var shown = string.Concat(text.Take(ShownLength).Select(character => char.IsControl(character) || char.IsSurrogate(character) ? '\uFFFD' : character));
        return text.Length > ShownLength ? $"{shown}…" : shown;
    }

    public override string ToString() => $"Record {Number:N0}";
}
