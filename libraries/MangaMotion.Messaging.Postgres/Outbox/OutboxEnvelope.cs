using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MangaMotion.Messaging.Postgres.Outbox;

/// <summary>Properties that a transport needs to send a stored message, besides the body.</summary>
internal sealed record OutboxEnvelope
{
    public Guid? CorrelationId { get; init; }

    public Guid? ConversationId { get; init; }

    public Guid? InitiatorId { get; init; }

    public Guid? RequestId { get; init; }

    public Uri? SourceAddress { get; init; }

    public Uri? ResponseAddress { get; init; }

    public Uri? FaultAddress { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    public Dictionary<string, JsonElement>? Headers { get; init; }

    /// <summary>Transport properties, such as the routing key.</summary>
    public Dictionary<string, JsonElement>? Properties { get; init; }

    public static OutboxEnvelope Parse(string json) =>
        JsonSerializer.Deserialize(json, OutboxJson.Default.OutboxEnvelope) ?? throw new JsonException(
            "The envelope of an outbox row is null.");

    public string ToJson() => JsonSerializer.Serialize(this, OutboxJson.Default.OutboxEnvelope);

    /// <summary>
    /// Converts headers to JSON. Strings, numbers and booleans keep their type; other values become text, as MassTransit sends them.
    /// </summary>
    public static Dictionary<string, JsonElement>? Flatten(IEnumerable<KeyValuePair<string, object>> values)
    {
        Dictionary<string, JsonElement>? flat = null;
        foreach (var (key, value) in values)
        {
            if (value is not null)
                (flat ??= new Dictionary<string, JsonElement>(StringComparer.OrdinalIgnoreCase))[key] = ToElement(value);
        }

        return flat;
    }

    public static object? FromElement(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => element.GetString(),
        JsonValueKind.Number => element.TryGetInt64(out var number) ? (object)number : element.GetDouble(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    private static JsonElement ToElement(object value) => value switch
    {
        string text => JsonSerializer.SerializeToElement(text, OutboxJson.Default.String),
        bool flag => JsonSerializer.SerializeToElement(flag, OutboxJson.Default.Boolean),
        byte or short or ushort or int or uint or long =>
            JsonSerializer.SerializeToElement(Convert.ToInt64(value, CultureInfo.InvariantCulture), OutboxJson.Default.Int64),
        float or double => JsonSerializer.SerializeToElement(
            Convert.ToDouble(value, CultureInfo.InvariantCulture), OutboxJson.Default.Double),
        DateTime time => ToElement(time.ToString("O", CultureInfo.InvariantCulture)),
        DateTimeOffset time => ToElement(time.ToString("O", CultureInfo.InvariantCulture)),
        _ => ToElement(Convert.ToString(value, CultureInfo.InvariantCulture) ?? string.Empty),
    };
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(OutboxEnvelope))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(bool))]
[JsonSerializable(typeof(long))]
[JsonSerializable(typeof(double))]
internal sealed partial class OutboxJson : JsonSerializerContext;
