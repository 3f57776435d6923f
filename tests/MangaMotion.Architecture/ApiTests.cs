using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using MangaMotion.Ingest;
using MangaMotion.ServiceDefaults;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MangaMotion.Architecture;

/// <summary>OpenAPI document of the HTTP API.</summary>
public sealed class ApiTests : IAsyncLifetime
{
    private static readonly JsonSerializerOptions Readable =
        new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private JsonNode _document = null!;

    public async ValueTask InitializeAsync()
    {
        _document = await ReadDocumentAsync();

        // The address of the request, which has a free port here.
        var server = _document["servers"]!.AsArray().ShouldHaveSingleItem()!;
        server["url"]!.GetValue<string>().ShouldStartWith("http://127.0.0.1:");
        server["url"] = "http://127.0.0.1";
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public void The_api_is_as_released() => Golden.Compare(
        "openapi.json",
        _document.ToJsonString(Readable).Split('\n'),
        "Callers hold this API: paths, fields and codes may be added, and never be renamed or taken away.");

    [Fact]
    public void Every_operation_has_a_name_a_summary_a_key_and_its_problems()
    {
        foreach (var (path, method, operation) in Operations)
        {
            var name = $"{method} {path}";
            operation["operationId"].ShouldNotBeNull(name);
            operation["summary"].ShouldNotBeNull(name);
            operation["security"].ShouldNotBeNull($"{name} asks for no key: .RequireScope(…) is missing.");
            var responses = operation["responses"]!.AsObject();
            foreach (var status in (string[])["401", "403", "429", "503"])
                responses[status]?["content"]?["application/problem+json"].ShouldNotBeNull($"{name} does not tell of {status}.");
            if (path.Contains('{', StringComparison.Ordinal))
                responses["404"].ShouldNotBeNull($"{name} does not tell of 404.");
        }

        Operations.Select(operation => operation.Operation["operationId"]!.GetValue<string>()).ShouldBeUnique();
    }

    [Fact]
    public void A_script_has_the_same_names_and_values_as_in_its_published_schema()
    {
        var published = JsonNode.Parse(File.ReadAllText(Repository.PathOf("contracts/schemas/video-script.v1.json")))!;
        ShouldAgree(published, Schema("VideoScript"), "VideoScript");

        void ShouldAgree(JsonNode one, JsonNode other, string where)
        {
            other = Resolve(other);
            ValuesOf(other).ShouldBe(ValuesOf(one), where);
            var (members, others) = (one["properties"]?.AsObject(), other["properties"]?.AsObject());
            others?.Select(member => member.Key).Order().ShouldBe(members!.Select(member => member.Key).Order(), where);
            foreach (var (name, member) in members ?? [])
                ShouldAgree(member!, others![name]!, $"{where}.{name}");
            if (one["items"] is { } items)
                ShouldAgree(items, other["items"]!, $"{where}[]");
        }

        JsonNode Schema(string name) => _document["components"]!["schemas"]![name]!;

        JsonNode Resolve(JsonNode schema) =>
            schema["$ref"] is { } reference ? Schema(reference.GetValue<string>().Split('/')[^1])
            : schema["oneOf"] is JsonArray { Count: 2 } either ? Resolve(either.Single(each => each!["$ref"] is not null)!)
            : schema;

        // Null is left out where it is a type.
        static IEnumerable<string> ValuesOf(JsonNode schema) =>
            (schema["enum"]?.AsArray() ?? []).Where(value => value is not null).Select(value => value!.ToString());
    }

    private IEnumerable<(string Path, string Method, JsonNode Operation)> Operations =>
        from path in _document["paths"]!.AsObject()
        from operation in path.Value!.AsObject()
        where operation.Key is "get" or "put" or "post" or "delete" or "patch"
        select (path.Key, operation.Key, operation.Value);

    /// <summary>Reads the document from the service, which is started without the parts that connect to servers.</summary>
    private static async Task<JsonNode> ReadDocumentAsync()
    {
        var store = Directory.CreateTempSubdirectory("mangamotion-architecture-");
        try
        {
            var builder = WebApplication.CreateBuilder(
            [
                "--urls=http://127.0.0.1:0", "--ConnectionStrings:Postgres=Host=127.0.0.1;Database=none",
                "--ConnectionStrings:RabbitMq=amqp://127.0.0.1/",
                "--Storage:Kind=disk", $"--Storage:Disk:Root={store.FullName}",
            ]);
            builder.AddServiceDefaults("ingest");
            builder.AddIngest();
            builder.Logging.ClearProviders();
            builder.Services.RemoveAll<IHostedService>();
            await using var app = builder.Build();
            app.MapServiceDefaults();
            app.MapIngest();
            await app.StartAsync();
            using var http = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
            return (await http.GetFromJsonAsync<JsonNode>("/openapi/v1.json"))!;
        }
        finally
        {
            store.Delete(recursive: true);
        }
    }
}
