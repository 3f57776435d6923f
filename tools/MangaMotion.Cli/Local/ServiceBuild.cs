using System.Text.Json;

namespace MangaMotion.Cli.Local;

/// <summary>Builds the services in Release, if any source is newer than the last build.</summary>
internal static class ServiceBuild
{
    private static readonly string[] Sources = ["contracts", "libraries", "services", "Directory.Build.props", "Directory.Packages.props", "global.json"];

    public static async Task EnsureAsync(Clone clone, IProgress<string> progress, CancellationToken cancellationToken)
    {
        var stamp = Path.Combine(clone.State, "services.built");
        var started = DateTime.UtcNow;
        if (ServiceDefinition.All.All(x => File.Exists(clone[x.Assembly])) && File.Exists(stamp) && Newest(clone) < File.GetLastWriteTimeUtc(stamp))
            return;

        progress.Report("building the services");
        var filter = Path.Combine(clone.State, "services.slnf");
        await File.WriteAllTextAsync(
            filter,
            JsonSerializer.Serialize(new { solution = new { path = "../MangaMotion.sln", projects = ServiceDefinition.All.Select(x => x.Project) } }),
            cancellationToken);
        // No build server stays behind: what `up` starts, `down` can end.
        var (exitCode, output) = await Tool.CaptureAsync(
            "dotnet",
            ["build", filter, "-c", "Release", "-v", "q", "--nologo", "-nodeReuse:false", "-p:UseSharedCompilation=false"],
            clone.Root,
            cancellationToken);
        if (exitCode != 0)
            throw new CommandException($"The services could not be built:\n{output}");
        await File.WriteAllTextAsync(stamp, "", cancellationToken);
        File.SetLastWriteTimeUtc(stamp, started);
    }

    private static DateTime Newest(Clone clone) =>
        Sources.Select(x => clone[x])
            .SelectMany(x => Directory.Exists(x) ? Directory.EnumerateFiles(x, "*", SearchOption.AllDirectories) : [x])
            .Select(File.GetLastWriteTimeUtc)
            .Append(DateTime.MinValue)
            .Max();
}
