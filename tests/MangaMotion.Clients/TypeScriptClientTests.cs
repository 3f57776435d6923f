using MangaMotion.Acceptance;

namespace MangaMotion.Clients;

/// <summary>Client of openapi-typescript and openapi-fetch, and the linter Spectral. The test installs them by <c>npm ci</c>.</summary>
public sealed class TypeScriptClientTests(ApiStack stack)
{
    internal static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "TypeScript");
    internal static readonly Lazy<Task> Packages =
        new(() => ToolProcess.RunAsync(Folder, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"));

    [Fact]
    public async Task The_client_uploads_waits_downloads_pages_reads_errors_and_cancels()
    {
        await Packages.Value;
        await RunToolAsync("openapi-typescript", Path.Combine(stack.Files, "openapi.json"), "--output", "api.d.ts");
        await File.WriteAllTextAsync(Path.Combine(Folder, "page.ts"), await ReadExampleAsync());
        await RunToolAsync("tsc");

        var address = stack.Address.ToString().TrimEnd('/');
        var steps = await ToolProcess.RunAsync(Folder, "node", "out/walk.js", address, Installation.Key, stack.Files);
        var output = await ToolProcess.RunAsync(
            stack.Files, "env", $"MANGAMOTION_URL={address}", $"MANGAMOTION_API_KEY={Installation.Key}", "node",
            Path.Combine(Folder, "out", "page.js"));

        steps.Trim().Split('\n').ShouldBe(ApiStack.Steps);
        output.Trim().ShouldBe("a.jpg DONE", "the example of docs/clients.md");
    }

    [Fact]
    public async Task The_document_passes_the_linter()
    {
        await Packages.Value;

        var document = Path.Combine(stack.Files, "openapi.json");
        var report = await RunToolAsync("spectral", "lint", document, "--ruleset", ".spectral.yaml", "--fail-severity", "warn");

        report.ShouldContain("No results with a severity of 'warn' or higher found!");
    }

    /// <summary>Reads the TypeScript of <c>docs/clients.md</c>.</summary>
    private static async Task<string> ReadExampleAsync()
    {
        const string begin = "```ts\n";
        var page = await File.ReadAllTextAsync(Path.Combine(Folder, "clients.md"));
        var start = page.IndexOf(begin, StringComparison.Ordinal) + begin.Length;
        return page[start..page.IndexOf("```", start, StringComparison.Ordinal)];
    }

    private static Task<string> RunToolAsync(string name, params string[] arguments) =>
        ToolProcess.RunAsync(Folder, Path.Combine(Folder, "node_modules", ".bin", name), arguments);
}
