namespace MangaMotion.Clients;

/// <summary>Kiota, which <c>dotnet tool restore</c> installs by <c>.config/dotnet-tools.json</c>.</summary>
public sealed class KiotaTests(ApiStack stack)
{
    [Fact]
    public async Task Kiota_generates_a_client_without_a_warning()
    {
        await ToolProcess.RunAsync(AppContext.BaseDirectory, "dotnet", "tool", "restore");
        var client = Path.Combine(stack.Files, "kiota");

        var output = await ToolProcess.RunAsync(
            AppContext.BaseDirectory, "dotnet", "kiota", "generate", "--language", "csharp", "--class-name", "MangaMotionClient",
            "--namespace-name", "Generated", "--openapi", new Uri(stack.Address, "openapi/v1.json").ToString(), "--output", client);

        output.ShouldContain("Generation completed successfully");
        output.ShouldNotContain("warn");
        File.Exists(Path.Combine(client, "MangaMotionClient.cs")).ShouldBeTrue();
    }
}
