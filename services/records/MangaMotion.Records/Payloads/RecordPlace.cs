using System.Text;
using System.Text.Json;
using MangaMotion.Jobs;

namespace MangaMotion.Records.Payloads;

/// <summary>Position of a record in its payload. Creates the exceptions that reject it.</summary>
/// <param name="Number">Number of the record, from 1.</param>
/// <param name="Offset">Offset of its first byte, from 0.</param>
public readonly record struct RecordPlace(long Number, long Offset)
{
    private const int MaxLength = 60;

    /// <summary>Creates the exception for a record that cannot be stored.</summary>
    /// <param name="why">Predicate after "Record 7".</param>
    public PermanentJobException CreateRejection(string code, string why) => new(code, $"{this} {why}.");

    /// <summary>Creates the exception for a record that exceeds a limit.</summary>
    /// <param name="why">Predicate after "Record 7".</param>
    public ResourceLimitException CreateLimitExceeded(string limit, string why) => new(limit, $"{this} {why}.");

    /// <summary>Creates the exception for a record that is not valid JSON.</summary>
    /// <param name="consumed">Bytes of the record that were read before the error.</param>
    public PermanentJobException CreateInvalidJson(long consumed, JsonException exception)
    {
        // The rest of the message is the position in the parser's buffer.
        var message = exception.Message.Split(" LineNumber:")[0].TrimEnd('.');
        return new("invalid_json", $"{this} is not valid JSON near byte {Offset + consumed:N0}: {message}.", exception);
    }

    /// <summary>Shortens a caller's text for a message and replaces control characters.</summary>
    public static string Shorten(ReadOnlySpan<byte> text) => Shorten(Encoding.UTF8.GetString(text[..Math.Min(text.Length, 4 * MaxLength)]));

    /// <inheritdoc cref="Shorten(ReadOnlySpan{byte})"/>
    public static string Shorten(string text)
    {
        var shortened = string.Concat(text.Take(MaxLength).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '\uFFFD' : c));
        return text.Length > MaxLength ? $"{shortened}…" : shortened;
    }

    public override string ToString() => $"Record {Number:N0}";
}
