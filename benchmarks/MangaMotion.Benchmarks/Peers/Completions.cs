using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Npgsql;

namespace MangaMotion.Benchmarks.Peers;

/// <summary>Finds out which jobs have ended, by their rows, and reports each by a datagram.</summary>
internal sealed class Completions : IAsyncDisposable
{
    // Jobs end about in the order in which they came, so it is enough to ask about the oldest.
    private const int Window = 512;

    private readonly NpgsqlDataSource _database;
    private readonly Func<Guid, double?> _takeStart;
    private readonly ConcurrentQueue<WaitingJob> _arrivals = [];
    private readonly UdpClient _report = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;

    /// <param name="takeStart">A better time of the start than the row's, if there is one.</param>
    public Completions(NpgsqlDataSource database, Func<Guid, double?> takeStart)
    {
        (_database, _takeStart) = (database, takeStart);
        var address = (Environment.GetEnvironmentVariable(
            "PEER_REPORT") ?? throw new InvalidOperationException("PEER_REPORT is not set: the harness sets it.")).Split(':');
        _report.Connect(address[0], int.Parse(address[1], CultureInfo.InvariantCulture));
        _loop = Task.Run(WatchAsync);
    }

    public void Watch(WaitingJob job) => _arrivals.Enqueue(job);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _report.Dispose();
        _stop.Dispose();
    }

    private async Task WatchAsync()
    {
        var waiting = new Dictionary<Guid, WaitingJob>();
        while (!_stop.IsCancellationRequested)
        {
            while (waiting.Count < Window && _arrivals.TryDequeue(out var arrival))
                waiting.Add(arrival.Job, arrival);
            if (waiting.Count > 0)
                await ReportAsync(waiting);
            await Task.Delay(waiting.Count < 10 ? 5 : 25, CancellationToken.None);
        }
    }

    private async Task ReportAsync(Dictionary<Guid, WaitingJob> waiting)
    {
        await using var command = _database.CreateCommand(
            "select id, status, started_at, finished_at, last_error from jobs where id = any($1) and finished_at is not null");
        command.Parameters.Add(new() { Value = waiting.Keys.ToArray() });
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            waiting.Remove(reader.GetGuid(0), out var job);
            var done = reader.GetString(1) == "DONE";
            var start = _takeStart(job!.Job) ?? (reader.IsDBNull(2) ? null : PeerClock.From(reader.GetDateTime(2)));
            var error = done ? "" : reader.IsDBNull(4) ? reader.GetString(1) : reader.GetString(4).ReplaceLineEndings(" ");
            var line = string.Create(
                CultureInfo.InvariantCulture,
                $"{job.Id}\t{(done ? 1 : 0)}\t{job.Enqueued:F6}\t{start:F6}\t{PeerClock.From(reader.GetDateTime(3)):F6}\t{error}");
            await _report.SendAsync(Encoding.UTF8.GetBytes(line));
        }
    }
}

/// <param name="Id">The harness's name of the job.</param>
/// <param name="Enqueued">When its submission began, by the monotonic clock.</param>
internal sealed record WaitingJob(Guid Job, string Id, double Enqueued);
