using System.Reflection;
using System.Runtime.Loader;
using MangaMotion.Acceptance;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using NJsonSchema.CodeGeneration.CSharp;
using NSwag;
using NSwag.CodeGeneration.CSharp;

namespace MangaMotion.Clients;

/// <summary>The client that NSwag generates from the served document: compiled with warnings as errors, and used against the API.</summary>
public sealed class CSharpClientTests(ApiStack stack)
{
    [Fact]
    public async Task The_client_uploads_waits_downloads_pages_reads_errors_and_cancels()
    {
        var client = await GenerateAsync();
        var walk = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "CSharp", "Walk.cs"));

        var assembly = Compile(client, walk);

        var run = assembly.GetType("Walk", throwOnError: true)!.GetMethod("RunAsync")!;
        var steps = await (Task<string[]>)run.Invoke(null, [stack.Address, Installation.Key, stack.Files])!;
        steps.ShouldBe(ApiStack.Steps);
    }

    private async Task<string> GenerateAsync()
    {
        var document = await OpenApiDocument.FromJsonAsync(stack.Document);
        var settings = new CSharpClientGeneratorSettings
        {
            ClassName = "MangaMotionClient",
            UseBaseUrl = false,
            CSharpGeneratorSettings =
            {
                Namespace = "Generated",
                JsonLibrary = CSharpJsonLibrary.SystemTextJson,
                GenerateNullableReferenceTypes = true,
            },
        };
        return new CSharpClientGenerator(document, settings).GenerateFile();
    }

    private static Assembly Compile(params string[] sources)
    {
        var frameworks = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path).StartsWith("System.", StringComparison.Ordinal));
        var compilation = CSharpCompilation.Create(
            "Generated",
            sources.Select(source => CSharpSyntaxTree.ParseText(source)),
            frameworks.Select(path => MetadataReference.CreateFromFile(path)),
            new CSharpCompilationOptions(
                OutputKind.DynamicallyLinkedLibrary,
                nullableContextOptions: NullableContextOptions.Enable,
                generalDiagnosticOption: ReportDiagnostic.Error));
        using var bytes = new MemoryStream();
        var result = compilation.Emit(bytes);
        result.Diagnostics.Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning).ShouldBeEmpty();
        bytes.Position = 0;
        return AssemblyLoadContext.Default.LoadFromStream(bytes);
    }
}
