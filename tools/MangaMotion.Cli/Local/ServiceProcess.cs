using System.Collections;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using MangaMotion.LocalStack;
using MangaMotion.LocalStack.Processes;

namespace MangaMotion.Cli.Local;

/// <summary>Process of one MangaMotion service; ready if <c>/health/ready</c> is.</summary>
internal sealed class ServiceProcess : LocalServer
{
    /// <summary>Variable with the first API key.</summary>
    public const string ApiKey = "MANGAMOTION_API_KEY";

    /// <summary>Variable with the address that the service listens on.</summary>
    private const string Urls = "ASPNETCORE_URLS";

    /// <summary>Variable with the hash of the build that a process runs.</summary>
    private const string Build = "MANGAMOTION_BUILD";

    private readonly LocalProcess _process;
    private readonly string _assembly;
    private readonly string _contentRoot;
    private readonly Func<IReadOnlyDictionary<string, string>> _environment;

    /// <param name="environment">Returns the variables that replace those of this process's environment. Called at each start.</param>
    public ServiceProcess(
        string name, ServiceDefinition definition, Clone clone, StackFolder folder, Func<IReadOnlyDictionary<string, string>> environment)
        : base(name, folder)
    {
        _process = new LocalProcess(folder, name);
        Definition = definition;
        _assembly = clone[definition.Assembly];
        _contentRoot = Path.GetDirectoryName(clone[definition.Project])!;
        _environment = environment;
    }

    public ServiceDefinition Definition { get; }

    public Uri Url => new($"http://127.0.0.1:{Port}");

    /// <summary>Address of the web page, for a process that has it.</summary>
    public Uri ConsoleUrl => new($"http://127.0.0.1:{GetPort(ConsolePort)}");

    /// <summary>Name under which the port of the web page is remembered. The API and the web page of one process have two ports.</summary>
    private string ConsolePort => Definition == ServiceDefinition.AllInOne ? ServiceDefinition.Console : Name;

    protected override IReadOnlyList<LocalProcess> Processes => [_process];

    /// <summary>Asks the service which of its dependencies is not ready, with its address and the reason; null if ready.</summary>
    public async Task<string?> FindObstacleAsync(CancellationToken cancellationToken) =>
        await FindObstacleAsync(Url, cancellationToken)
        ?? (Definition.HasConsole ? await FindObstacleAsync(ConsoleUrl, cancellationToken) : null);

    private static async Task<string?> FindObstacleAsync(Uri url, CancellationToken cancellationToken)
    {
        using var client = new HttpClient { BaseAddress = url, Timeout = TimeSpan.FromSeconds(5) };
        try
        {
            using var response = await client.GetAsync(new Uri("/health/ready", UriKind.Relative), cancellationToken);
            return response.IsSuccessStatusCode ? null : Describe(await response.Content.ReadAsStringAsync(cancellationToken));
        }
        catch (Exception exception)
            when (exception is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return exception.Message;
        }
    }

    /// <summary>Whether the stack sets a variable, over the environment of <c>up</c>.</summary>
    public bool IsSetByStack(string variable) => variable == Urls || _environment().ContainsKey(variable);

    /// <summary>Reads the environment of the running process; if it does not run, the one that it would start with.</summary>
    public IReadOnlyDictionary<string, string> ReadEnvironment()
    {
        if (ProcessId is not { } id)
            return CreateEnvironment();
        try
        {
            return File.ReadAllText($"/proc/{id}/environ").Split('\0', StringSplitOptions.RemoveEmptyEntries)
                .Select(variable => variable.Split('=', 2)).Where(parts => parts.Length == 2)
                .ToDictionary(parts => parts[0], parts => parts[1], StringComparer.Ordinal);
        }
        catch (IOException)
        {
            // The process ended between the two reads.
            return CreateEnvironment();
        }
    }

    /// <summary>Lists the settings of the running process that differ from those that it would start with now.</summary>
    public IReadOnlyList<string> FindChanges(SettingsPage settings)
    {
        var (running, next) = (ReadEnvironment(), CreateEnvironment());
        // A shell that has sourced the stack's env file has the key, which is a setting of the API only.
        return [.. running.Keys.Union(next.Keys).Where(name => settings.Contains(name) && (name != ApiKey || IsSetByStack(name)))
            .Where(name => running.GetValueOrDefault(name) != next.GetValueOrDefault(name)).Order(StringComparer.Ordinal)];
    }

    /// <summary>Whether the running process was started from another build than the current one.</summary>
    public bool HasNewBuild => ReadEnvironment().GetValueOrDefault(Build) != HashBuild();

    /// <summary>Hashes the files of this code base, and the list of the packages, that the service is built with.</summary>
    private string HashBuild()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var files = Directory.EnumerateFiles(Path.GetDirectoryName(_assembly)!, "MangaMotion.*", SearchOption.AllDirectories);
        foreach (var file in files.Order(StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(file));
            hash.AppendData(File.ReadAllBytes(file));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private Dictionary<string, string> CreateEnvironment()
    {
        var environment = new Dictionary<string, string>(_environment());
        if (Folder.Ports.Find(Name) is { } port)
            environment[Urls] = $"http://127.0.0.1:{port}";
        foreach (DictionaryEntry inherited in Environment.GetEnvironmentVariables())
            environment.TryAdd((string)inherited.Key, (string)inherited.Value!);
        return environment;
    }

    protected override Task LaunchAsync(CancellationToken cancellationToken)
    {
        Folder.Ports.Reserve(Name);
        if (Definition.HasConsole)
            Folder.Ports.Reserve(ConsolePort);
        var environment = CreateEnvironment();
        environment[Build] = HashBuild();
        _process.Start(new ProcessLaunch
        {
            FileName = Environment.ProcessPath is { } path && Path.GetFileName(path) == "dotnet" ? path : "dotnet",
            Arguments = [_assembly],
            Environment = environment,
            WorkingDirectory = _contentRoot,
        });
        return Task.CompletedTask;
    }

    protected override async Task ProbeAsync(CancellationToken cancellationToken)
    {
        if (await FindObstacleAsync(cancellationToken) is { } obstacle)
            throw new LocalServerException(obstacle);
    }

    private static string Describe(string body)
    {
        try
        {
            using var answer = JsonDocument.Parse(body);
            var failed = answer.RootElement.GetProperty("checks").EnumerateObject()
                .Where(check => check.Value.GetProperty("status").GetString() != "healthy");
            return string.Join(
                "; ", failed.Select(check => $"{check.Name} at {check.Value.GetProperty("where")}: {check.Value.GetProperty("reason")}"));
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            // Not the health page of MangaMotion: show the answer as it is.
            return body;
        }
    }
}
