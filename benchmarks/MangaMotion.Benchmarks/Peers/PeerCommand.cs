using System.CommandLine;
using MangaMotion.Benchmarks.Jobs;

namespace MangaMotion.Benchmarks.Peers;

/// <summary>
/// <c>peer</c>: drives MangaMotion for a harness that compares it with other systems; the protocol is in benchmarks/peers.
/// </summary>
internal static class PeerCommand
{
    public static Command Create()
    {
        var entry = new Option<FileInfo>("--mangamotion") { Description = "The entry script of the clone.", Required = true };
        var workers = new Option<int>("--workers") { Description = "Number of thumbnail workers.", DefaultValueFactory = _ => 1 };
        var command = new Command("peer", "Take work of the peers' harness on standard input; see benchmarks/peers.") { entry, workers };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var stack = new PeerStack(parsed.GetRequiredValue(entry).FullName);
            await using var running = await stack.StartAsync(parsed.GetValue(workers), cancellationToken);
            await using var session = await PeerSession.StartAsync(running, cancellationToken);
            await session.RunAsync(Console.In, Console.Out, cancellationToken);
            return 0;
        });
        return command;
    }

    /// <summary><c>no-op-worker</c>: the worker of jobs that do nothing; prints a line with the job and the time for every start.</summary>
    public static Command CreateNoOpWorker()
    {
        var postgres = new Option<string>("--postgres") { Required = true };
        var rabbit = new Option<string>("--rabbit") { Required = true };
        var command = new Command("no-op-worker", "Run no-op jobs until standard input ends.") { postgres, rabbit };
        command.Hidden = true;
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var starts = new NoOpStarts { Started = job => Console.WriteLine($"{job} {PeerClock.Now:R}") };
            await using var worker = await JobNode.StartWorkerAsync(
                parsed.GetRequiredValue(postgres), parsed.GetRequiredValue(rabbit), starts, cancellationToken);
            Console.WriteLine("ready");
            while (await Console.In.ReadLineAsync(cancellationToken) is not null)
            {
                // Nothing is ever said; the end of the input is the end of the adapter.
            }

            return 0;
        });
        return command;
    }
}
