using System.Text.Json;

namespace MangaMotion.Api;

/// <summary>JSON format of the API.</summary>
public static class ApiJson
{
    /// <summary>Serializer options with snake_case property names.</summary>
    public static JsonSerializerOptions Options { get; } =
        new(JsonSerializerDefaults.Web) { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };
}
