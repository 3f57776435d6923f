using System.Diagnostics;
using MangaMotion.Messaging.Postgres.Victim;

namespace MangaMotion.Messaging.Postgres.Conformance;

/// <summary>Process that runs up to its stop point, where the test kills it.</summary>
internal sealed class VictimProcess : IDisposable
{
    private readonly Process _process;

    private VictimProcess(Process process) => _process = process;

    public static async Task<VictimProcess> StartAsync(string stopPoint, Servers servers, Guid id)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "MangaMotion.Messaging.Postgres.Victim"))
        {
            ArgumentList = { stopPoint, servers.Amqp.ToString(), servers.Database, id.ToString() },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        var victim = new VictimProcess(Process.Start(start)!);
        try
        {
            using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            var output = new List<string>();
            while (await victim._process.StandardOutput.ReadLineAsync(deadline.Token) is { } line)
            {
                if (line == StopPoint.Announcement)
                    return victim;
                output.Add(line);
            }

            throw new InvalidOperationException(
                $"The victim ended before '{stopPoint}': "
                    + $"{string.Join('\n', output)}\n{await victim._process.StandardError.ReadToEndAsync(deadline.Token)}");
        }
        catch
        {
            victim.Dispose();
            throw;
        }
    }

    /// <summary>Sends SIGKILL. No handler runs and no buffer is flushed.</summary>
    public Task KillAsync()
    {
        _process.Kill();
        return _process.WaitForExitAsync();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }
}
