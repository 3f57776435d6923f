using System.Diagnostics;
using System.Text.Json;

namespace MangaMotion.Benchmarks.Peers;

/// <summary>The product, started and ended by its entry script.</summary>
/// <param name="script">Path of <c>mangamotion</c>.</param>
internal sealed class PeerStack(string script)
{
    public async Task<RunningStack> StartAsync(int workers, CancellationToken cancellationToken)
    {
        var state = Environment.GetEnvironmentVariable("MANGAMOTION_STATE") ?? throw new InvalidOperationException(
            "MANGAMOTION_STATE is not set: start it by benchmarks/peers/adapter.");
        try
        {
            await RunAsync(["up", "--detach", "--store", "disk", "--thumbnail-workers", $"{workers}"], cancellationToken);
            var settings = (await File.ReadAllLinesAsync(Path.Combine(state, "env"), cancellationToken))
                .Select(line => line["export ".Length..].Split('=', 2))
                .ToDictionary(x => x[0], x => x[1].Trim('\''));
            using var status = JsonDocument.Parse(await RunAsync(["status", "--json"], cancellationToken));
            var processes = status.RootElement.GetProperty(
                "processes").EnumerateArray().ToDictionary(x => x.GetProperty("name").GetString()!, x => x.GetProperty("pid"));
            return new(
                new Uri(settings["MANGAMOTION_URL"] + "/"),
                settings["MANGAMOTION_API_KEY"],
                settings["MANGAMOTION_POSTGRES"],
                settings["MANGAMOTION_RABBITMQ_URL"],
                [.. processes.Where(x => x.Key.StartsWith("thumbnail", StringComparison.Ordinal)).Select(x => x.Value.GetInt32())],
                [.. processes.Where(x => x.Key is "rabbitmq" or "postgres" or "ingest").Select(x => x.Value.GetInt32())],
                StopAsync);
        }
        catch
        {
            await StopAsync();
            throw;
        }
    }

    private async Task StopAsync() => await RunAsync(["down", "--wipe"], CancellationToken.None);

    private async Task<string> RunAsync(string[] arguments, CancellationToken cancellationToken)
    {
        using var process = Process.Start(new ProcessStartInfo(
            script, arguments)
        { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false })!;
        process.StandardInput.Close();
        var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException($"mangamotion {string.Join(' ', arguments)} failed with {process.ExitCode}:\n{output}");
    }
}

/// <param name="Workers">Process ids of the thumbnail workers.</param>
/// <param name="Brokers">Process ids of what stands between the caller and the workers.</param>
internal sealed record RunningStack(
    Uri Url, string ApiKey, string Postgres, string RabbitMq, int[] Workers, int[] Brokers, Func<Task> Stop) : IAsyncDisposable
{
    public async ValueTask DisposeAsync() => await Stop();
}
