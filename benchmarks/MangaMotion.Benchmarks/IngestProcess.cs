using System.Diagnostics;
using MangaMotion.LocalStack;
using MangaMotion.Storage;

namespace MangaMotion.Benchmarks;

/// <summary>The ingest service as it runs in production, so that its processor time can be measured alone.</summary>
internal sealed class IngestProcess : IAsyncDisposable
{
    public const string Key = "benchmark-key";
    private const string Assembly = "MangaMotion.Ingest";
    private const string Listening = "Now listening on: ";

    private readonly Process _process;
    private readonly string _store = Directory.CreateTempSubdirectory("mangamotion-bench-store-").FullName;
    private readonly TaskCompletionSource<Uri> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private IngestProcess(ServerStack servers, StoreKind store)
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        var program = Path.Combine(output.Parent!.Parent!.FullName, Assembly, output.Name, $"{Assembly}.dll");
        var start = new ProcessStartInfo(
            "dotnet", [program])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
            WorkingDirectory = Path.GetDirectoryName(program)
        };
        start.Environment["ConnectionStrings__Postgres"] = servers.Postgres.ConnectionString;
        start.Environment["ConnectionStrings__RabbitMq"] = servers.Rabbit.AmqpUri.ToString();
        start.Environment["Storage__Kind"] = store.ToString();
        if (store == StoreKind.S3)
        {
            start.Environment["S3_ENDPOINT"] = servers.S3.Endpoint.ToString();
            start.Environment["S3_BUCKET"] = "benchmark";
            start.Environment["S3_ACCESS_KEY"] = S3Server.AccessKey;
            start.Environment["S3_SECRET_KEY"] = S3Server.SecretKey;
        }
        else
        {
            start.Environment["Storage__Disk__Root"] = _store;
        }

        // Those of the benchmark are never handed in.
        start.Environment["Ingest__MaxOpenUploads"] = "1000000";
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

    public static async Task<(IngestProcess Process, Uri Address)> StartAsync(
        ServerStack servers, CancellationToken cancellationToken, StoreKind store = StoreKind.Disk)
    {
        var process = new IngestProcess(servers, store);
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
