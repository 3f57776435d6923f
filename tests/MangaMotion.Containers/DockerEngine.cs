using System.Diagnostics;
using System.Text.Json;
using MangaMotion.TestSupport;

namespace MangaMotion.Containers;

/// <summary>
/// The Docker engine of the tests: the one that the <c>docker</c> command reaches, else one of their own, with its own data folder
/// and socket, which ends with them. Makes the base images that the engine does not have.
/// </summary>
public sealed class DockerEngine : IAsyncLifetime
{
    private static readonly string Root = Repository.PathOf("");

    private readonly Dictionary<string, string> _environment = [];
    private string? _folder;
    private Process? _engine;

    public async ValueTask InitializeAsync()
    {
        if ((await TryAsync("compose", "version")).ExitCode is not 0)
        {
            throw new InvalidOperationException(
                "`docker compose` does not run: install Docker with its plugin compose 2 (package docker-compose of Debian 13).");
        }

        if ((await TryAsync("info")).ExitCode is not 0)
            await StartOwnAsync();

        var script = Repository.PathOf("deploy/docker/base-images.sh");
        var (exitCode, output) = await CommandRun.TryAsync(script, ["--missing"], Root, _environment);
        exitCode.ShouldBe(0, output);
    }

    /// <summary>Runs <c>docker</c> in the root of the repository, with success.</summary>
    /// <returns>Both outputs together.</returns>
    public async Task<string> RunAsync(IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var (exitCode, output) = await TryAsync(environment, arguments);
        exitCode.ShouldBe(0, $"docker {string.Join(' ', arguments)}\n{output}");
        return output;
    }

    /// <summary>Runs the command line of this clone, with success.</summary>
    /// <returns>Both outputs together.</returns>
    public async Task<string> RunToolAsync(IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var (exitCode, output) = await CommandRun.TryAsync(
            Repository.PathOf("mangamotion"), arguments, Root, _environment.Concat(environment).ToDictionary());
        exitCode.ShouldBe(0, $"./mangamotion {string.Join(' ', arguments)}\n{output}");
        return output;
    }

    public Task<(int ExitCode, string Output)> TryAsync(params string[] arguments) => TryAsync(new Dictionary<string, string>(), arguments);

    public Task<(int ExitCode, string Output)> TryAsync(IReadOnlyDictionary<string, string> environment, params string[] arguments) =>
        CommandRun.TryAsync("docker", arguments, Root, _environment.Concat(environment).ToDictionary());

    public async ValueTask DisposeAsync()
    {
        if (_engine is not null)
        {
            // SIGTERM: the engine stops its containers and containerd.
            await CommandRun.TryAsync("kill", ["-TERM", $"{_engine.Id}"], Root, _environment);
            await _engine.WaitForExitAsync();
            _engine.Dispose();
        }

        if (_folder is not null)
            await CommandRun.TryAsync("rm", ["-rf", "--one-file-system", _folder], Root, _environment);
    }

    private async Task StartOwnAsync()
    {
        const string Missing = "No Docker engine answers, and the tests cannot start one: ";
        if (!Environment.IsPrivilegedProcess)
            throw new InvalidOperationException(Missing + "that takes root. Start Docker, or set DOCKER_HOST.");

        _folder = Directory.CreateTempSubdirectory("mangamotion-docker-").FullName;
        var socket = $"unix://{_folder}/docker.sock";
        var settings = new Dictionary<string, object>
        {
            ["data-root"] = $"{_folder}/data",
            ["exec-root"] = $"{_folder}/exec",
            ["pidfile"] = $"{_folder}/docker.pid",
            ["hosts"] = new[] { socket },
            ["ip"] = "127.0.0.1",
        };
        var file = Path.Combine(_folder, "daemon.json");
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(settings));
        string[] command = ["-c", "exec dockerd --config-file \"$0\" >\"$1\" 2>&1", file, Path.Combine(_folder, "log")];
        _engine = Process.Start(new ProcessStartInfo("sh", command) { UseShellExecute = false })!;
        _environment["DOCKER_HOST"] = socket;
        await Eventually.Until(
            async () => _engine.HasExited || (await TryAsync("info")).ExitCode == 0, TimeSpan.FromMinutes(2), "the Docker engine answers");
        if (_engine.HasExited)
            throw new InvalidOperationException(Missing + await File.ReadAllTextAsync(Path.Combine(_folder, "log")));
    }
}
