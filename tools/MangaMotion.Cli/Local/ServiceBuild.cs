using System.Text.Json;

namespace MangaMotion.Cli.Local;

/// <summary>Build of the services in Release, if a source file is newer than the last build.</summary>
internal static class ServiceBuild
{
    private static readonly string[] Sources =
        ["contracts", "libraries", "services", "hosts", "Directory.Build.props", "Directory.Packages.props", "global.json"];

    public static async Task EnsureAsync(Clone clone, IProgress<string> progress, CancellationToken cancellationToken)
    {
        var stamp = Path.Combine(clone.State, "services.built");
        var started = DateTime.UtcNow;
        ServiceDefinition[] services = [.. ServiceDefinition.All, ServiceDefinition.AllInOne];
        var built = services.All(service => File.Exists(clone[service.Assembly])) && File.Exists(stamp);
        if (built && FindNewestTime(clone) < File.GetLastWriteTimeUtc(stamp))
            return;

        progress.Report("building the services");
        var filter = Path.Combine(clone.State, "services.slnf");
        var solution = new { path = "../MangaMotion.sln", projects = services.Select(service => service.Project) };
        await File.WriteAllTextAsync(filter, JsonSerializer.Serialize(new { solution }), cancellationToken);
        // No build server is left running: `down` stops every process that `up` started.
        var (exitCode, output) = await Tool.CaptureAsync(
            "dotnet",
            ["build", filter, "-c", "Release", "-v", "q", "--nologo", "-nodeReuse:false", "-p:UseSharedCompilation=false"],
            clone.Root,
            cancellationToken);
        if (exitCode != 0)
            throw new CommandException($"The build of the services failed:\n{output}");
        await File.WriteAllTextAsync(stamp, "", cancellationToken);
        File.SetLastWriteTimeUtc(stamp, started);
    }

    private static DateTime FindNewestTime(Clone clone) =>
        Sources.Select(x => clone[x])
            .SelectMany(x => Directory.Exists(x) ? Directory.EnumerateFiles(x, "*", SearchOption.AllDirectories) : [x])
            .Select(File.GetLastWriteTimeUtc)
            .Append(DateTime.MinValue)
            .Max();
}
