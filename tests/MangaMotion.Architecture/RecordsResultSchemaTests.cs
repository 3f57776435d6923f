using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;
using MangaMotion.Records;

namespace MangaMotion.Architecture;

public sealed class RecordsResultSchemaTests
{
    private static readonly JsonSerializerOptions Shown =
        new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // The options with which results of jobs are written.
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        NumberHandling = default,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
    };

    [Fact]
    public void The_published_schema_of_a_records_result_is_that_of_its_record()
    {
        var schema = Json.GetJsonSchemaAsNode(typeof(RecordsResult), new() { TreatNullObliviousAsNonNullable = true }).AsObject();
        schema.Insert(0, "$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.Insert(1, "title", "MangaMotion result of a records job, version 1");
        schema.Insert(2, "description", "What stands in a job's result: how its records are stored, why, and what their fields are.");

        Golden.CompareFile(
            Path.Combine("contracts", "schemas", "records-result.v1.json"),
            schema.ToJsonString(Shown).Split('\n'),
            "Results are stored. A member may be added if it is not required; any other change is a new version.");
    }
}
