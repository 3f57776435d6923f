using System.Text.Json;
using MangaMotion.LocalStack;
using MangaMotion.LocalStack.Processes;

namespace MangaMotion.Cli.Local;

/// <summary>One running service of ours: a server like the others, whose readiness is <c>/health/ready</c>.</summary>
internal sealed class ServiceProcess : LocalServer
{
    private readonly LocalProcess _process;
    private readonly string _assembly;
    private readonly string _contentRoot;
    private readonly IReadOnlyDictionary<string, string> _environment;

    /// <param name="environment">Settings of the service, besides our own environment.</param>
    public ServiceProcess(string name, ServiceDefinition definition, Clone clone, StackFolder folder, IReadOnlyDictionary<string, string> environment)
        : base(name, folder)
    {
        _process = new LocalProcess(folder, name);
        _assembly = clone[definition.Assembly];
        _contentRoot = Path.GetDirectoryName(clone[definition.Project])!;
        _environment = environment;
    }

    public Uri Url => new($"http://127.0.0.1:{Port}");

    protected override IReadOnlyList<LocalProcess> Processes => [_process];

    /// <summary>Why it is not ready, in its own words: which server, where, why. Null when it is.</summary>
    public async Task<string?> FindObstacleAsync(CancellationToken cancellationToken)
    {
        using var client = new HttpClient { BaseAddress = Url, Timeout = TimeSpan.FromSeconds(5) };
        try
        {
            using var response = await client.GetAsync(new Uri("/health/ready", UriKind.Relative), cancellationToken);
            return response.IsSuccessStatusCode ? null : Describe(await response.Content.ReadAsStringAsync(cancellationToken));
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return exception.Message;
        }
    }

    protected override Task LaunchAsync(CancellationToken cancellationToken)
    {
        var environment = new Dictionary<string, string>(_environment) { ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{Folder.Ports.Reserve(Name)}" };
        foreach (System.Collections.DictionaryEntry own in Environment.GetEnvironmentVariables())
            environment.TryAdd((string)own.Key, (string)own.Value!);
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
            var checks = answer.RootElement.GetProperty("checks").EnumerateObject().Where(x => x.Value.GetProperty("status").GetString() != "healthy");
            return string.Join("; ", checks.Select(x => $"{x.Name} at {x.Value.GetProperty("where")}: {x.Value.GetProperty("reason")}"));
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            // Not the health page of ours; better its words than none.
            return body;
        }
    }
}
