using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using MangaMotion.Benchmarks.Jobs;
using Npgsql;

namespace MangaMotion.Benchmarks.Peers;

/// <summary>Jobs that do nothing: accepted here, run by a worker in a process of its own, in a database of their own.</summary>
internal sealed class NoOpPeer : IAsyncDisposable
{
    private readonly Process _worker;
    private readonly JobNode _acceptor;
    private readonly ConcurrentDictionary<Guid, double> _starts = [];
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private NoOpPeer(JobNode acceptor, Process worker)
    {
        (_acceptor, _worker) = (acceptor, worker);
        worker.OutputDataReceived += (_, line) => Read(line.Data);
        worker.BeginOutputReadLine();
    }

    public int WorkerId => _worker.Id;

    public static async Task<NoOpPeer> StartAsync(RunningStack stack, CancellationToken cancellationToken)
    {
        var postgres = new NpgsqlConnectionStringBuilder(stack.Postgres) { Database = "postgres" }.ConnectionString;
        var acceptor = await JobNode.StartAcceptorAsync(postgres, stack.RabbitMq, cancellationToken);
        var worker = Process.Start(new ProcessStartInfo(
            "dotnet", [typeof(NoOpPeer).Assembly.Location, "no-op-worker", "--postgres", postgres, "--rabbit", stack.RabbitMq])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        })!;
        var peer = new NoOpPeer(acceptor, worker);
        await peer._ready.Task.WaitAsync(TimeSpan.FromSeconds(60), cancellationToken);
        return peer;
    }

    public NpgsqlDataSource Database => _acceptor.Database;

    public async Task<IReadOnlyList<Guid>> SubmitAsync(int count, CancellationToken cancellationToken)
    {
        var jobs = Enumerable.Range(0, count).Select(_ => NoOp.Create()).ToList();
        await _acceptor.AcceptAsync(jobs, cancellationToken);
        return [.. jobs.Select(job => job.Id)];
    }

    /// <summary>When the handler began, if its line has come yet.</summary>
    public double? TakeStart(Guid job) => _starts.TryRemove(job, out var start) ? start : null;

    public async ValueTask DisposeAsync()
    {
        _worker.StandardInput.Close();
        await _worker.WaitForExitAsync();
        _worker.Dispose();
        await _acceptor.DisposeAsync();
    }

    private void Read(string? line)
    {
        if (line is null)
            _ready.TrySetException(new InvalidOperationException("The no-op worker ended before it was ready."));
        else if (line == "ready")
            _ready.TrySetResult();
        else if (line.Split(' ') is [var job, var start] && Guid.TryParse(job, out var id))
            _starts[id] = double.Parse(start, CultureInfo.InvariantCulture);
    }
}
