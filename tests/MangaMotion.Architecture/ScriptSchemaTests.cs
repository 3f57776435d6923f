using System.Text.Encodings.Web;
using System.Text.Json;
using MangaMotion.Comics.Script;

namespace MangaMotion.Architecture;

public sealed class ScriptSchemaTests
{
    private static readonly JsonSerializerOptions Shown =
        new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    public void The_published_schema_of_a_script_is_that_of_its_records() => Golden.CompareFile(
        Path.Combine("contracts", "schemas", "video-script.v1.json"),
        ScriptSchema.Create().ToJsonString(Shown).Split('\n'),
        "Scripts are stored and edited by people. A member may be added if it is not required; any other change is a new version.");
}
