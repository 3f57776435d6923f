using System.Diagnostics;
using System.Globalization;
using System.Text;
using MangaMotion.Api;

namespace MangaMotion.Benchmarks.Accepting;

/// <summary>One process of plain <c>curl</c> that puts one file under many links: what the store itself can take.</summary>
internal static class CurlRun
{
    /// <param name="parallel">Transfers at the same time; 1 is one after the other over one connection.</param>
    /// <returns>Seconds, the start of the process included.</returns>
    public static async Task<double> PutAsync(IEnumerable<UploadLink> links, string file, int parallel, CancellationToken cancellationToken)
    {
        var config = Path.Combine(Path.GetDirectoryName(file)!, "curl.config");
        await File.WriteAllTextAsync(config, string.Join("next\n", links.Select(link => Entry(link, file))), cancellationToken);
        string[] sideBySide = parallel > 1 ? ["--parallel", "--parallel-max", parallel.ToString(CultureInfo.InvariantCulture)] : [];
        var started = Stopwatch.GetTimestamp();
        using var curl = Process.Start(
            new ProcessStartInfo("curl", ["--no-progress-meter", .. sideBySide, "--config", config]) { UseShellExecute = false })!;
        await curl.WaitForExitAsync(cancellationToken);
        return curl.ExitCode == 0
            ? Stopwatch.GetElapsedTime(started).TotalSeconds
            : throw new InvalidOperationException($"curl ended with {curl.ExitCode}; the store has not taken every file.");
    }

    /// <summary>Each entry is closed off by <c>next</c>, so that headers do not gather.</summary>
    private static string Entry(UploadLink link, string file)
    {
        var entry = new StringBuilder();
        entry.Append(
            CultureInfo.InvariantCulture,
            $"url = \"{link.Url.AbsoluteUri}\"\nupload-file = \"{file}\"\noutput = \"/dev/null\"\nsilent\nshow-error\nfail\n");
        var headers = link.Headers.Where(header => !header.Key.Equals("Content-Length", StringComparison.OrdinalIgnoreCase));
        foreach (var (name, value) in headers)
            entry.Append(CultureInfo.InvariantCulture, $"header = \"{name}: {value}\"\n");
        return entry.ToString();
    }
}
