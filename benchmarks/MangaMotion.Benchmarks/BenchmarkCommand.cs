using System.CommandLine;
using System.Text.Json;
using MangaMotion.LocalStack;

namespace MangaMotion.Benchmarks;

internal static class BenchmarkCommand
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static Command Create(IBenchmark benchmark)
    {
        var rounds = new Option<int>("--rounds") { Description = "Rounds of each kind, interleaved.", DefaultValueFactory = _ => 5 };
        var output = new Option<FileInfo?>("--json") { Description = "File to write the report to." };
        var command = new Command(benchmark.Name, benchmark.Description) { rounds, output };
        command.SetAction(async (parse, cancellationToken) =>
        {
            await using var servers = await ServerStack.StartAsync(
                new ServerStackOptions
                {
                    Directory = Directory.CreateTempSubdirectory("mangamotion-bench-").FullName,
                    // What is committed is on disk, as in production.
                    Durable = true,
                    Temporary = true,
                    S3 = benchmark.NeedsS3,
                },
                cancellationToken: cancellationToken);
            var report = await benchmark.RunAsync(servers, parse.GetValue(rounds), cancellationToken);
            Print(report);
            if (parse.GetValue(output) is { } file)
                await File.WriteAllTextAsync(file.FullName, JsonSerializer.Serialize(report, Json), cancellationToken);
            return report.Ratios.All(ratio => ratio.Met) ? 0 : 1;
        });
        return command;
    }

    private static void Print(BenchmarkReport report)
    {
        Console.WriteLine($"{report.Name} on {report.Processors} processors");
        Console.WriteLine($"{"",-44}{"median",12}{"p95",12}{"p99",12}{"least",12}{"most",12}");
        foreach (var m in report.Measurements)
            Console.WriteLine(
                $"{m.Name,-44}{m.Median,12:0.##}{m.P95,12:0.##}{m.P99,12:0.##}{m.Samples[0],12:0.##}{m.Samples[^1],12:0.##}  {m.Unit}");
        foreach (var ratio in report.Ratios)
            Console.WriteLine($"{ratio.Name,-44}{ratio.Value,12:0.00}  goal {ratio.Goal}: {(ratio.Met ? "met" : "missed")}");
    }
}
