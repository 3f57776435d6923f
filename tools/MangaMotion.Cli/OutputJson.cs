using System.Text.Json;
using MangaMotion.Api;

namespace MangaMotion.Cli;

/// <summary>Output of <c>--json</c>: records of the API, indented.</summary>
internal static class OutputJson
{
    private static readonly JsonSerializerOptions Options = new(ApiJson.Options) { WriteIndented = true };

    public static void Write<T>(T value) => Console.WriteLine(JsonSerializer.Serialize(value, Options));
}
