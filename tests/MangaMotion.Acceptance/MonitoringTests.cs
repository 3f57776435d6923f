using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using MangaMotion.TestSupport;

namespace MangaMotion.Acceptance;

/// <summary>Real Prometheus with the files of <c>deploy/monitoring</c> that scrapes real services.</summary>
public sealed partial class MonitoringTests(TestStack stack) : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mangamotion-prometheus-").FullName;
    private Installation _installation = null!;
    private Process? _prometheus;

    public async ValueTask InitializeAsync() => _installation = await Installation.CreateAsync(stack);

    public async ValueTask DisposeAsync()
    {
        if (_prometheus is not null)
        {
            _prometheus.Kill();
            await _prometheus.WaitForExitAsync();
            _prometheus.Dispose();
        }

        await _installation.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Prometheus_stores_the_metrics_of_the_boards_and_a_dead_letter_raises_its_alert()
    {
        var ingest = await _installation.StartIngestAsync();
        var worker = await _installation.StartThumbnailAsync();
        using var prometheus = await StartPrometheusAsync(ingest.Address, worker.Address, await stack.GetRabbitMetricsAsync());

        var accepted = await _installation.Client.IngestAsync(
            [Samples.Named("good.png", Samples.Png), Samples.Named("bad.png", "no picture"u8.ToArray())]);
        (await _installation.UntilFinishedAsync(accepted.JobId)).Progress.Failed.ShouldBe(1);

        await Eventually.Until(async () => await CountAsync(prometheus, "up == 1") == 3);
        await Eventually.Until(
            async () => await CountAsync(
                prometheus, "ALERTS{alertname=\"MangaMotionDeadLetters\",queue=\"thumbnail_error\",alertstate=\"firing\"}") == 1);
        foreach (var series in (string[])
            [
                "mangamotion_queue_messages{queue=\"thumbnail_error\"} == 1",
                "mangamotion_job_attempt_duration_seconds_bucket{type=\"thumbnail\",outcome=\"done\"}",
                "mangamotion_job_attempt_duration_seconds_count{type=\"thumbnail\",outcome=\"dead_letter\"}",
                "mangamotion_media_tool_duration_seconds_count{tool=\"vips\",outcome=\"ok\"}",
                "mangamotion_jobs_oldest_waiting_seconds{type=\"thumbnail\"} == 0",
                "outbox_depth", "outbox_lag_seconds",
                "http_server_request_duration_seconds_bucket{http_response_status_code=\"202\",http_route=~\".*/ingest\"}",
                "db_client_connection_count{db_client_connection_state=\"used\"}", "db_client_connection_max",
                "process_memory_usage_bytes", "rabbitmq_alarms_memory_used_watermark", "rabbitmq_alarms_free_disk_space_watermark",
            ])
            await UntilFoundAsync(prometheus, series);
        (await CountAsync(prometheus, "{__name__=~\".+_created\"}")).ShouldBe(0);
    }

    private async Task<HttpClient> StartPrometheusAsync(Uri ingest, Uri worker, Uri rabbit)
    {
        var monitoring = Repository.PathOf("deploy/monitoring");
        var targets = $"static_configs: [{{ targets: [\"{ingest.Authority}\", \"{worker.Authority}\"] }}]\n";
        var configuration = DnsLookups().Replace(await File.ReadAllTextAsync(Path.Combine(monitoring, "prometheus.yml")), $"    {targets}")
            .Replace("rabbitmq:15692", rabbit.Authority, StringComparison.Ordinal)
            .Replace("interval: 15s", "interval: 1s", StringComparison.Ordinal);
        configuration.ShouldContain(targets);
        await File.WriteAllTextAsync(Path.Combine(_folder, "prometheus.yml"), configuration);
        var alerts = await File.ReadAllTextAsync(Path.Combine(monitoring, "alerts.yml"));
        await File.WriteAllTextAsync(Path.Combine(_folder, "alerts.yml"), Waits().Replace(alerts, "for: 0s"));

        var address = $"127.0.0.1:{Loopback.FindFreePort()}";
        _prometheus = Process.Start(new ProcessStartInfo(
            "prometheus",
            [$"--config.file={_folder}/prometheus.yml", $"--storage.tsdb.path={_folder}/data", $"--web.listen-address={address}",
                "--log.level=error"])
        {
            UseShellExecute = false,
        })!;
        var client = new HttpClient { BaseAddress = new Uri($"http://{address}/") };
        await Eventually.Until(async () =>
        {
            try
            {
                using var ready = await client.GetAsync(new Uri("-/ready", UriKind.Relative));
                return ready.IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        });
        return client;
    }

    /// <summary>Waits until a query finds a series. Its exception has the targets of Prometheus and the metrics of ingest.</summary>
    private async Task UntilFoundAsync(HttpClient prometheus, string query)
    {
        try
        {
            await Eventually.Until(async () => await CountAsync(prometheus, query) > 0, what: $"Prometheus has {query}");
        }
        catch (TimeoutException failure)
        {
            var targets = await prometheus.GetStringAsync(new Uri("api/v1/targets", UriKind.Relative));
            throw new TimeoutException($"{failure.Message}\n{targets}\n{await _installation.Http.GetStringAsync("metrics")}", failure);
        }
    }

    /// <summary>Returns the number of series that a query finds now.</summary>
    private static async Task<int> CountAsync(HttpClient prometheus, string query)
    {
        var answer = await prometheus.GetFromJsonAsync<JsonElement>(
            new Uri($"api/v1/query?query={Uri.EscapeDataString(query)}", UriKind.Relative));
        return answer.GetProperty("data").GetProperty("result").GetArrayLength();
    }

    [GeneratedRegex(
        @"^ {4}dns_sd_configs:\n( {6}.*\n)+", RegexOptions.Multiline | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex DnsLookups();

    [GeneratedRegex("for: [0-9]+m", RegexOptions.NonBacktracking)]
    private static partial Regex Waits();
}
