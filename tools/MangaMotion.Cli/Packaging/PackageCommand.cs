using System.CommandLine;
using System.Security.Cryptography;
using System.Text.Json;
using MangaMotion.Cli.Local;

namespace MangaMotion.Cli.Packaging;

/// <summary><c>package</c>: makes what is published: packages, bills of materials, and their checksums.</summary>
internal static class PackageCommand
{
    private const string NuGet = "nuget";
    private const string BillsOfMaterials = "sbom";
    private const string Debian = "debian";
    private const string Checksums = "SHA256SUMS";

    /// <summary>Projects that are published as NuGet packages: contracts, and the client with the libraries that it references.</summary>
    private static readonly string[] Libraries =
    [
        "contracts/MangaMotion.Contracts/MangaMotion.Contracts.csproj",
        "contracts/MangaMotion.Api/MangaMotion.Api.csproj",
        "libraries/MangaMotion.Comics/MangaMotion.Comics.csproj",
        "libraries/MangaMotion.Client/MangaMotion.Client.csproj",
    ];

    public static Command Create()
    {
        var kinds = new Argument<string[]>("KIND")
        {
            Description = $"{NuGet}: the contracts and the client as NuGet packages. {BillsOfMaterials}: a CycloneDX bill of materials "
                + $"for each of them, each service and the command line. {Debian}: the services with their systemd units and the command "
                + "line, as a package for Debian 12 and 13 and as a tarball, with one bill of materials of all files. Default: all, or "
                + "none with --image.",
            Arity = ArgumentArity.ZeroOrMore,
        }.Check(kind => kind is NuGet or BillsOfMaterials or Debian, $"one of {NuGet}, {BillsOfMaterials}, {Debian}");
        var output = new Option<string?>("--folder") { Description = "Folder for the files. Default: .mangamotion/packages." }
            .Check(path => !File.Exists(path), "a folder");
        var images = new Option<string[]>("--image")
        {
            Description = "Local Docker image, such as mangamotion-video, whose CycloneDX bill of materials is written. Repeatable.",
        };
        var command = new Command("package", "Make what is published, with checksums. The version comes from the git tag v1.2.3.")
        {
            kinds, output, images,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            parsed.GetValue(kinds) ?? [], parsed.GetValue(images) ?? [], parsed.GetValue(output), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(string[] kinds, string[] images, string? output, CancellationToken cancellationToken)
    {
        if (kinds.Length == 0 && images.Length == 0)
            kinds = [NuGet, BillsOfMaterials, Debian];
        var clone = Clone.Find();
        var progress = new ProgressLines();
        var version = await RepositoryVersion.ReadAsync(clone, cancellationToken);
        var folder = Directory.CreateDirectory(Path.GetFullPath(output ?? Path.Combine(clone.State, "packages"))).FullName;
        if (kinds.Contains(NuGet))
            await PackAsync(clone, version, folder, progress, cancellationToken);
        if (kinds.Contains(BillsOfMaterials))
            await WriteBillsAsync(clone, version, folder, progress, cancellationToken);
        if (kinds.Contains(Debian))
            await new DebianArchive(clone, version, progress).WriteAsync(folder, cancellationToken);
        foreach (var image in images)
            await WriteImageBillAsync(clone, image, version, folder, progress, cancellationToken);
        await WriteChecksumsAsync(folder, cancellationToken);
        progress.Report($"version {version}, in {folder}");
        return 0;
    }

    private static async Task PackAsync(
        Clone clone, string version, string folder, ProgressLines progress, CancellationToken cancellationToken)
    {
        progress.Report("packing the NuGet packages");
        var filter = Path.Combine(clone.State, "packages.slnf");
        var solution = new { path = "../MangaMotion.sln", projects = Libraries };
        await File.WriteAllTextAsync(filter, JsonSerializer.Serialize(new { solution }), cancellationToken);
        // Output of its own: the version is part of the build, and the one of the clone must not change. The paths in the symbols do not
        // depend on the machine.
        await RunAsync(
            clone,
            [
                "pack", filter, "-c", "Release", "-v", "q", "--nologo", "-nodeReuse:false", "-p:UseSharedCompilation=false",
                "-o", folder, $"-p:Version={version}", $"-p:ArtifactsPath={Path.Combine(clone.State, "package-build")}",
                "-p:ContinuousIntegrationBuild=true",
            ],
            "The packages were not made",
            cancellationToken);
    }

    private static async Task WriteBillsAsync(
        Clone clone, string version, string folder, ProgressLines progress, CancellationToken cancellationToken)
    {
        await RunAsync(clone, ["tool", "restore"], "The tool that writes bills of materials was not installed", cancellationToken);
        await RunAsync(clone, ["restore", clone["MangaMotion.sln"]], "The packages were not restored", cancellationToken);
        var services = ServiceDefinition.All.Select(service => service.Project);
        foreach (var project in services.Append(DebianArchive.CommandLineProject).Concat(Libraries))
        {
            var name = Path.GetFileNameWithoutExtension(project);
            progress.Report($"writing the bill of materials of {name}");
            await RunAsync(
                clone,
                [
                    "tool", "run", "dotnet-CycloneDX", clone[project], "-o", folder, "-fn", $"{name}.{version}.cdx.json", "-F", "Json",
                    "--recursive", "--exclude-dev", "--disable-package-restore", "--set-name", name, "--set-version", version,
                ],
                $"The bill of materials of {name} was not written",
                cancellationToken);
        }
    }

    private static async Task WriteImageBillAsync(
        Clone clone, string image, string version, string folder, ProgressLines progress, CancellationToken cancellationToken)
    {
        progress.Report($"writing the bill of materials of the image {image}");
        var archive = Path.GetTempFileName();
        var container = (await RunDockerAsync(clone, ["create", image], cancellationToken)).Trim();
        try
        {
            await RunDockerAsync(clone, ["export", "--output", archive, container], cancellationToken);
            var bill = await FileSystemBill.CreateAsync(clone, cancellationToken);
            await using (var file = File.OpenRead(archive))
                await bill.ReadAsync(file, cancellationToken);
            var name = image.Split('/')[^1].Split(':')[0];
            await File.WriteAllTextAsync(
                Path.Combine(folder, $"{name}.{version}.cdx.json"), bill.Write(name, version, "container"), cancellationToken);
        }
        finally
        {
            File.Delete(archive);
            await RunDockerAsync(clone, ["rm", container], CancellationToken.None);
        }
    }

    private static async Task<string> RunDockerAsync(Clone clone, string[] arguments, CancellationToken cancellationToken)
    {
        if (!Tool.Exists("docker"))
            throw new CommandException("docker is missing: an image is read by it.");
        var (exitCode, output) = await Tool.CaptureAsync("docker", arguments, clone.Root, cancellationToken);
        return exitCode == 0 ? output : throw new CommandException($"docker {string.Join(' ', arguments)} failed:\n{output}");
    }

    /// <summary>Writes the checksums of all files, as <c>sha256sum --check</c> reads them.</summary>
    private static async Task WriteChecksumsAsync(string folder, CancellationToken cancellationToken)
    {
        var lines = new List<string>();
        foreach (var name in Directory.EnumerateFiles(folder).Select(Path.GetFileName).Where(name => name != Checksums).Order())
        {
            await using var file = File.OpenRead(Path.Combine(folder, name!));
            lines.Add($"{Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken))}  {name}");
        }

        await File.WriteAllLinesAsync(Path.Combine(folder, Checksums), lines, cancellationToken);
    }

    private static async Task RunAsync(Clone clone, string[] arguments, string failure, CancellationToken cancellationToken)
    {
        var (exitCode, output) = await Tool.CaptureAsync("dotnet", arguments, clone.Root, cancellationToken);
        if (exitCode != 0)
            throw new CommandException($"{failure}:\n{output}");
    }
}
