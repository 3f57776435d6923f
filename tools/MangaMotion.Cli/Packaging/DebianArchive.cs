using System.Globalization;
using System.IO.Compression;
using System.Runtime.InteropServices;
using MangaMotion.Cli.Local;
using MangaMotion.Cli.Setup;

namespace MangaMotion.Cli.Packaging;

/// <summary>
/// The Debian package for Debian 12 and 13, and a tarball with the same files: services, command line, .NET runtime, systemd units.
/// <c>deploy/debian</c> has the files that are not built.
/// </summary>
internal sealed class DebianArchive(Clone clone, string version, IProgress<string> progress)
{
    /// <summary>Project of the command line.</summary>
    public const string CommandLineProject = "tools/MangaMotion.Cli/MangaMotion.Cli.csproj";

    private const UnixFileMode Executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>What .NET loads. a | b: the name in Debian 12 and in 13.</summary>
    private static readonly string[] RuntimeDependencies =
    [
        "adduser", "ca-certificates", "libc6", "libgssapi-krb5-2", "libicu72 | libicu76", "libssl3 | libssl3t64", "libstdc++6", "tzdata",
        "zlib1g",
    ];

    /// <summary>Parts of .NET for debuggers and tracers, and collectors that nothing selects.</summary>
    private static readonly string[] UnusedRuntimeFiles =
    [
        "createdump", "libmscordaccore.so", "libmscordbi.so", "libcoreclrtraceptprovider.so", "libclrgc.so", "libclrgcexp.so",
    ];

    private static readonly string[] Documents =
    [
        "LICENSE", "THIRD-PARTY-NOTICES.md", "README.md", "CHANGELOG.md", "docs/configuration.md", "docs/operations.md", "docs/clients.md",
    ];

    /// <summary>Processor by Debian's name and by .NET's.</summary>
    private static readonly (string Debian, string Platform) Processor =
        RuntimeInformation.OSArchitecture == Architecture.Arm64 ? ("arm64", "linux-arm64") : ("amd64", "linux-x64");

    /// <summary>Platform of the packages by .NET's name, such as <c>linux-x64</c>.</summary>
    public static string Platform => Processor.Platform;

    private readonly string _root = Path.Combine(clone.State, "debian-build", "root");

    /// <summary>Version by Debian's rules, in which <c>~</c> sorts before the release: 1.2.4~dev.7.</summary>
    public static string ToDebianVersion(string version) => version.Replace("-", "~");

    private static IEnumerable<string> Dependencies(Clone clone) => RuntimeDependencies.Concat(
        from package in DebianPackage.Read(clone["deploy/debian-packages.txt"])
        where package.Images != "-"
        select package.Dependency);

    /// <summary>Writes both files, and one bill of materials for them, into the folder.</summary>
    public async Task WriteAsync(string folder, CancellationToken cancellationToken)
    {
        if (!Tool.Exists("dpkg-deb"))
        {
            throw new CommandException(
                $"dpkg-deb is missing: the Debian package is made on Debian. Other kinds: {CommandLine.Program} package nuget sbom.");
        }

        if (Directory.Exists(_root))
            Directory.Delete(_root, recursive: true);
        await CopyAsync(clone["deploy/debian/root"], _root, cancellationToken);
        foreach (var service in ServiceDefinition.All)
            await PublishAsync(service.Project, service.Name, cancellationToken);
        await PublishAsync(CommandLineProject, "cli", cancellationToken);
        await CopyRuntimeAsync(cancellationToken);
        CopyDocuments();
        await RemoveDuplicatesAsync(cancellationToken);
        SetModes();

        var size = Directory.EnumerateFiles(_root, "*", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length);
        progress.Report($"compressing {size / 1_000_000} MB");
        var tarball = Path.Combine(folder, $"mangamotion_{version}_{Processor.Platform}.tar.gz");
        await RunAsync("tar", ["--owner=0", "--group=0", "--sort=name", "-czf", tarball, "-C", _root, "usr"], cancellationToken);
        await WriteBillAsync(tarball, folder, cancellationToken);
        await WriteControlAsync(size, cancellationToken);
        var package = Path.Combine(folder, $"mangamotion_{ToDebianVersion(version)}_{Processor.Debian}.deb");
        await RunAsync("dpkg-deb", ["--root-owner-group", "-Zxz", "-z3", "--build", _root, package], cancellationToken);
    }

    private string InLibrary(string name) => Path.Combine(_root, "usr/lib/mangamotion", name);

    private async Task PublishAsync(string project, string name, CancellationToken cancellationToken)
    {
        progress.Report($"publishing {name}");
        await RunAsync(
            "dotnet",
            [
                "publish", clone[project], "-c", "Release", "-v", "q", "--nologo", "-nodeReuse:false", "-p:UseSharedCompilation=false",
                "-o", InLibrary(name), "-p:UseAppHost=false", $"-p:Version={version}", "-p:ContinuousIntegrationBuild=true",
                $"-p:ArtifactsPath={Path.Combine(clone.State, "package-build")}",
            ],
            cancellationToken);
        foreach (var other in Directory.EnumerateDirectories(InLibrary(name), "linux-*", SearchOption.AllDirectories).ToList())
        {
            if (Path.GetFileName(other) != Processor.Platform && Path.GetFileName(Path.GetDirectoryName(other)) == "runtimes")
                Directory.Delete(other, recursive: true);
        }
    }

    /// <summary>Copies the .NET runtime that runs this program.</summary>
    private async Task CopyRuntimeAsync(CancellationToken cancellationToken)
    {
        progress.Report("copying the .NET runtime");
        var shared = new DirectoryInfo(RuntimeEnvironment.GetRuntimeDirectory());
        var (dotnet, runtime) = (shared.Parent!.Parent!.Parent!.FullName, shared.Name);
        string[] parts =
        [
            "dotnet", "LICENSE.txt", "ThirdPartyNotices.txt", $"host/fxr/{runtime}", $"shared/Microsoft.NETCore.App/{runtime}",
            $"shared/Microsoft.AspNetCore.App/{runtime}",
        ];
        foreach (var part in parts)
            await CopyAsync(Path.Combine(dotnet, part), InLibrary($"dotnet/{part}"), cancellationToken);
        foreach (var name in UnusedRuntimeFiles)
            File.Delete(InLibrary($"dotnet/shared/Microsoft.NETCore.App/{runtime}/{name}"));
    }

    /// <summary>Removes what no service of the package loads, and leaves one copy of what several have.</summary>
    private async Task RemoveDuplicatesAsync(CancellationToken cancellationToken)
    {
        // ingest only looks at the first bytes of files; the command line has the media host of video.
        foreach (var folder in (string[])["ingest/mediahost/runtimes", "ingest/mediahost/models", "cli/mediahost"])
            Directory.Delete(InLibrary(folder), recursive: true);
        File.CreateSymbolicLink(InLibrary("cli/mediahost"), "../video/mediahost");
        foreach (var file in Directory.EnumerateFiles(InLibrary(""), "*.xml", SearchOption.AllDirectories).ToList())
            File.Delete(file);
        if (Tool.Exists("hardlink"))
            await RunAsync("hardlink", ["--ignore-time", "--quiet", _root], cancellationToken);
    }

    private void CopyDocuments()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_root, "usr/share/doc/mangamotion")).FullName;
        foreach (var document in Documents)
            File.Copy(clone[document], Path.Combine(folder, Path.GetFileName(document)));
        File.Move(Path.Combine(folder, "LICENSE"), Path.Combine(folder, "copyright"));
        var examples = Directory.CreateDirectory(Path.Combine(folder, "examples")).FullName;
        File.Copy(clone["deploy/supervisor/mangamotion.conf"], Path.Combine(examples, "supervisor.conf"));
    }

    /// <summary>Sets modes that do not depend on the umask: all is readable, folders, scripts and programs are executable.</summary>
    private void SetModes()
    {
        foreach (var path in Directory.EnumerateFileSystemEntries(_root, "*", SearchOption.AllDirectories).Prepend(_root))
        {
            var mode = File.GetUnixFileMode(path);
            var isExecutable = Directory.Exists(path) || mode.HasFlag(UnixFileMode.UserExecute);
            File.SetUnixFileMode(path, Readable | UnixFileMode.UserWrite | (isExecutable ? Executable : UnixFileMode.None));
        }
    }

    private async Task WriteBillAsync(string tarball, string folder, CancellationToken cancellationToken)
    {
        var bill = await FileSystemBill.CreateAsync(clone, cancellationToken);
        await using (var file = new GZipStream(File.OpenRead(tarball), CompressionMode.Decompress))
            await bill.ReadAsync(file, cancellationToken);
        foreach (var dependency in Dependencies(clone))
            bill.AddDependency(dependency);
        var text = bill.Write("mangamotion", version, "application");
        await File.WriteAllTextAsync(Path.Combine(folder, $"mangamotion.{version}.cdx.json"), text, cancellationToken);
    }

    private async Task WriteControlAsync(long size, CancellationToken cancellationToken)
    {
        var control = Path.Combine(_root, "DEBIAN");
        await CopyAsync(clone["deploy/debian/control"], control, cancellationToken);
        var fields = string.Create(
            CultureInfo.InvariantCulture,
            $"""
            Package: mangamotion
            Version: {ToDebianVersion(version)}
            Architecture: {Processor.Debian}
            Maintainer: MangaMotion <maintainers@mangamotion.invalid>
            Section: video
            Priority: optional
            Installed-Size: {size / 1024}
            Depends: {string.Join(", ", Dependencies(clone))}
            Recommends: postgresql, rabbitmq-server
            Homepage: https://mangamotion.invalid/
            Description: media back end on a message bus
             Accepts files and records over HTTP, makes thumbnails, previews and
             waveforms, and turns pages of comics into narrated videos. Each service
             is a systemd unit: mangamotion-ingest, mangamotion-thumbnail@1, …

            """);
        await File.WriteAllTextAsync(Path.Combine(control, "control"), fields, cancellationToken);
    }

    private Task CopyAsync(string from, string to, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        return RunAsync("cp", ["-R", "--no-target-directory", "--preserve=mode,timestamps", from, to], cancellationToken);
    }

    private async Task RunAsync(string program, string[] arguments, CancellationToken cancellationToken)
    {
        var (exitCode, output) = await Tool.CaptureAsync(program, arguments, clone.Root, cancellationToken);
        if (exitCode != 0)
            throw new CommandException($"`{program} {string.Join(' ', arguments)}` failed with exit code {exitCode}:\n{output}");
    }
}
