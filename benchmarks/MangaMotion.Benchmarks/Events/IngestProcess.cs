using System.Diagnostics;
using MangaMotion.LocalStack;

namespace MangaMotion.Benchmarks.Events;

/// <summary>The ingest service as it runs in production, so that its processor time can be told from ours.</summary>
internal sealed class IngestProcess : IAsyncDisposable
{
    public const string Key = "benchmark-key";
    private const string Assembly = "MangaMotion.Ingest";
    private const string Listening = "Now listening on: ";

    private readonly Process _process;
    private readonly string _store = Directory.CreateTempSubdirectory("mangamotion-bench-store-").FullName;
    private readonly TaskCompletionSource<Uri> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private IngestProcess(ServerStack servers)
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        var program = Path.Combine(output.Parent!.Parent!.FullName, Assembly, output.Name, $"{Assembly}.dll");
        var start = new ProcessStartInfo("dotnet", [program]) { RedirectStandardOutput = true, UseShellExecute = false, WorkingDirectory = Path.GetDirectoryName(program) };
        start.Environment["ConnectionStrings__Postgres"] = servers.Postgres.ConnectionString;
        start.Environment["ConnectionStrings__RabbitMq"] = servers.Rabbit.AmqpUri.ToString();
        start.Environment["Storage__Kind"] = "disk";
        start.Environment["Storage__Disk__Root"] = _store;
        start.Environment["MANGAMOTION_API_KEY"] = Key;
        start.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Read(line.Data);
        _process.BeginOutputReadLine();
    }

    public double ProcessorSeconds => ProcessTree.ProcessorSeconds(_process.Id);

    public double MemoryMegabytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64 / 1e6;
        }
    }

    public static async Task<(IngestProcess Process, Uri Address)> StartAsync(ServerStack servers, CancellationToken cancellationToken)
    {
        var process = new IngestProcess(servers);
        return (process, await process._address.Task.WaitAsync(TimeSpan.FromSeconds(60), cancellationToken));
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_store, recursive: true);
    }

    private void Read(string? line)
    {
        if (line is null)
            _address.TrySetException(new InvalidOperationException($"{Assembly} ended before it listened."));
        else if (line.IndexOf(Listening, StringComparison.Ordinal) is >= 0 and var at)
            _address.TrySetResult(new Uri(line[(at + Listening.Length)..].Split('"', ' ')[0]));
    }
}
