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
    public async Task Every_program_of_the_Debian_package_has_a_bill_with_all_its_packages()
    {
        await Machine.RunAsync("dpkg-deb", "--extract", Path.Combine(package.Folder, BuiltPackage.Current), _folder);
        var programs = Directory.EnumerateDirectories(Path.Combine(_folder, "usr/lib/mangamotion"))
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*.deps.json"))
            .ToList();

        programs.Count.ShouldBe(6);
        foreach (var program in programs)
        {
            var name = Path.GetFileName(program).Replace(".deps.json", "", StringComparison.Ordinal);
            var listed = ReadBill(name == "mangamotion" ? "MangaMotion.Cli" : name);
            var shipped = ReadPackages(program);
            shipped.Count.ShouldBeGreaterThan(5);
            shipped.Except(listed).ShouldBeEmpty(name);
        }
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
    private HashSet<(string Name, string Version)> ReadBill(string name)
    {
        var file = Directory.EnumerateFiles(package.Published, $"{name}.*.cdx.json").Single();
        var bill = JsonNode.Parse(File.ReadAllText(file))!;
        ((string?)bill["bomFormat"]).ShouldBe("CycloneDX");
        ((string?)bill["specVersion"]).ShouldNotBeNull();
        var described = bill["metadata"]!["component"]!;
        Path.GetFileName(file).ShouldBe($"{described["name"]}.{described["version"]}.cdx.json");
        return bill["components"]!.AsArray()
            .Select(component => ((string)component!["name"]!, (string)component["version"]!))
            .ToHashSet();
    }

    /// <summary>Reads the names and versions of the packages that a program was published with.</summary>
    private static List<(string Name, string Version)> ReadPackages(string file) =>
        JsonNode.Parse(File.ReadAllText(file))!["libraries"]!.AsObject()
            .Where(library => (string?)library.Value!["type"] == "package")
            .Select(library => library.Key.Split('/'))
            .Select(parts => (parts[0], parts[1]))
            .ToList();
}
