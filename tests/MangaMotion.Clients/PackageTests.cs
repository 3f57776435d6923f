using System.Security.Cryptography;
using MangaMotion.Acceptance;

namespace MangaMotion.Clients;

/// <summary>The NuGet packages, in a project outside the solution that knows only a folder with them.</summary>
public sealed class PackageTests(ApiStack stack) : IDisposable
{
    private const string Project =
        """
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <TargetFramework>net10.0</TargetFramework>
            <OutputType>Exe</OutputType>
            <Nullable>enable</Nullable>
            <ImplicitUsings>enable</ImplicitUsings>
            <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
            <RestorePackagesPath>cache</RestorePackagesPath>
          </PropertyGroup>
          <ItemGroup>
            <PackageReference Include="MangaMotion.Client" Version="*-*" />
            <PackageReference Include="MangaMotion.Contracts" Version="*-*" />
          </ItemGroup>
        </Project>
        """;

    private const string Code =
        """
        using MangaMotion.Client;

        var client = MangaMotionClient.Create(new Uri(args[0]), args[1]);
        var accepted = await client.IngestAsync([new FileToSend("a.jpg", () => File.OpenRead(args[2]))]);
        await foreach (var change in client.WatchIngestAsync(accepted.JobId))
            Console.WriteLine(change.Status);
        Console.WriteLine((await client.GetAssetAsync(accepted.Assets[0].AssetId, "thumbnail")).Length > 0);
        Console.WriteLine(typeof(MangaMotion.Contracts.Thumbnails.V1.GenerateThumbnail).Name);
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("mangamotion-packages-").FullName;

    [Fact]
    public async Task A_project_outside_the_solution_uses_the_packages_from_a_folder()
    {
        var feed = Path.Combine(_folder, "feed");
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        var tool = Path.Combine(output.Parent!.Parent!.FullName, "MangaMotion.Cli", output.Name, "mangamotion.dll");
        await ToolProcess.RunAsync(AppContext.BaseDirectory, "dotnet", tool, "package", "nuget", "--folder", feed);
        foreach (var line in await File.ReadAllLinesAsync(Path.Combine(feed, "SHA256SUMS")))
            Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(feed, line[66..])))).ShouldBe(line[..64]);

        var project = Directory.CreateDirectory(Path.Combine(_folder, "project")).FullName;
        await File.WriteAllTextAsync(Path.Combine(project, "Use.csproj"), Project);
        await File.WriteAllTextAsync(Path.Combine(project, "Program.cs"), Code);
        await File.WriteAllTextAsync(
            Path.Combine(project, "nuget.config"),
            $"<configuration><packageSources><clear /><add key=\"feed\" value=\"{feed}\" /></packageSources></configuration>");
        await ToolProcess.RunAsync(
            project, "dotnet", "build", "--nologo", "-nodeReuse:false", "-p:UseSharedCompilation=false", "-o", "out");
        var lines = await ToolProcess.RunAsync(
            project, "dotnet", "out/Use.dll", $"{stack.Address}", Installation.Key, Path.Combine(stack.Files, "a.jpg"));

        lines.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^3..].ShouldBe(["DONE", "True", "GenerateThumbnail"]);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
