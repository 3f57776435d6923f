using System.CommandLine;
using MangaMotion.Benchmarks;
using MangaMotion.Benchmarks.Accepting;
using MangaMotion.Benchmarks.Comics;
using MangaMotion.Benchmarks.Events;
using MangaMotion.Benchmarks.Film;
using MangaMotion.Benchmarks.Jobs;
using MangaMotion.Benchmarks.Lettering;
using MangaMotion.Benchmarks.Messaging;
using MangaMotion.Benchmarks.Peers;
using MangaMotion.Benchmarks.Records;

IBenchmark[] benchmarks =
[
    new OutboxBenchmark(), new PickupBenchmark(), new JobsBenchmark(), new ScaleBenchmark(), new FairnessBenchmark(), new EventsBenchmark(),
    new RecordsBenchmark(), new AcceptBenchmark(),
];

var root = new RootCommand(
    "Benchmarks of MangaMotion on servers of their own. Figures are medians of interleaved rounds, and ratios within one run.");
foreach (var benchmark in benchmarks)
    root.Subcommands.Add(BenchmarkCommand.Create(benchmark));
root.Subcommands.Add(PanelsCommand.Create());
root.Subcommands.Add(LetteringCommand.Create());
root.Subcommands.Add(CameraCommand.Create());
root.Subcommands.Add(FilmCommand.Create());
root.Subcommands.Add(FilmShare.CreateWorker());
root.Subcommands.Add(PeerCommand.Create());
root.Subcommands.Add(PeerCommand.CreateNoOpWorker());
return await root.Parse(args).InvokeAsync();
