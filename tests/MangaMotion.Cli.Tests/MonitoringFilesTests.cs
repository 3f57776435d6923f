using System.Text.Json;
using System.Text.RegularExpressions;
using MangaMotion.Cli.Local;
using YamlDotNet.RepresentationModel;

namespace MangaMotion.Cli.Tests;

/// <summary>The files of <c>deploy/monitoring</c>, checked by Prometheus' own tool and against the names of the metrics.</summary>
public sealed partial class MonitoringFilesTests
{
    private static readonly Clone Clone = Clone.Find();

    private static readonly string Folder = Clone["deploy/monitoring"];

    private static readonly List<YamlNode> Alerts =
        [.. Yaml.Documents(Path.Combine(Folder, "alerts.yml")).Single().Items("groups").SelectMany(group => group.Items("rules"))];

    /// <summary>Metrics of ASP.NET Core, Npgsql, the process, RabbitMQ, the node exporter and Prometheus that the files may use.</summary>
    private static readonly string[] ForeignMetrics =
    [
        "up", "http_server_request_duration_seconds", "db_client_connection_count", "db_client_connection_max",
        "process_memory_usage_bytes",
        "rabbitmq_alarms_memory_used_watermark", "rabbitmq_alarms_free_disk_space_watermark", "node_filesystem_avail_bytes",
        "node_filesystem_size_bytes",
    ];

    public static TheoryData<string> Boards { get; } =
        [.. Directory.GetFiles(Clone["deploy/monitoring/grafana"], "*.json").Select(path => Path.GetFileName(path)!)];

    [Fact]
    public async Task Prometheus_accepts_the_configuration_and_each_alert_fires_and_stays_silent_as_its_tests_say()
    {
        await PromtoolAsync("check", "config", "prometheus.yml");
        await PromtoolAsync("test", "rules", "alerts.test.yml");
    }

    [Fact]
    public void Each_alert_is_made_to_fire_once_and_is_silent_in_a_healthy_installation()
    {
        var cases = Yaml.Documents(Path.Combine(Folder, "alerts.test.yml")).Single().Items("tests")
            .SelectMany(test => test.Items("alert_rule_test")).ToList();
        var names = Alerts.Select(alert => alert.Text("alert")!).ToList();

        names.Count.ShouldBeGreaterThan(10);
        foreach (var fires in (bool[])[true, false])
        {
            cases.Where(one => one.Items("exp_alerts").Any() == fires).Select(one => one.Text("alertname")).Distinct()
                .ShouldBe(names, ignoreOrder: true);
        }
    }

    [Fact]
    public void Each_alert_names_a_section_of_the_operators_handbook()
    {
        var anchors = File.ReadLines(Clone["docs/operations.md"]).Where(line => line.StartsWith('#'))
            .Select(line => NotInAnchors().Replace(line.TrimStart('#').Trim().ToLowerInvariant(), "").Replace(' ', '-'))
            .Select(anchor => $"docs/operations.md#{anchor}")
            .ToList();

        foreach (var alert in Alerts)
            anchors.ShouldContain(alert.Text("annotations", "runbook"), alert.Text("alert"));
    }

    [Fact]
    public void The_alerts_use_metrics_that_exist() =>
        Alerts.SelectMany(alert => UnknownMetrics(alert.Text("expr")!)).ShouldBeEmpty();

    [Theory]
    [MemberData(nameof(Boards))]
    public async Task A_board_has_valid_expressions_of_metrics_that_exist(string name)
    {
        using var board = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(Folder, "grafana", name)));
        var panels = board.RootElement.GetProperty("panels").EnumerateArray().ToList();
        var expressions = panels.SelectMany(panel => panel.GetProperty("targets").EnumerateArray())
            .Select(target => target.GetProperty("expr").GetString()!).ToList();

        panels.ShouldAllBe(panel => panel.GetProperty("title").GetString() != "" && panel.GetProperty("description").GetString() != "");
        panels.Select(panel => panel.GetProperty("id").GetInt32()).ShouldBeUnique();
        expressions.Count.ShouldBeGreaterThan(5);
        expressions.SelectMany(UnknownMetrics).ShouldBeEmpty();
        await ParseAsync(expressions);
    }

    /// <summary>Lets promtool parse expressions, as recording rules.</summary>
    private static async Task ParseAsync(IEnumerable<string> expressions)
    {
        var rules = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(rules, JsonSerializer.Serialize(new
            {
                groups = new[] { new { name = "board", rules = expressions.Select((expr, i) => new { record = $"board:{i}", expr }) } },
            }));
            await PromtoolAsync("check", "rules", rules);
        }
        finally
        {
            File.Delete(rules);
        }
    }

    private static async Task PromtoolAsync(params string[] arguments)
    {
        var (exitCode, output) = await Tool.CaptureAsync("promtool", arguments, Folder, CancellationToken.None);
        exitCode.ShouldBe(0, output);
    }

    private static IEnumerable<string> UnknownMetrics(string expression) =>
        MetricName().Matches(LabelsAndGroups().Replace(expression, "")).Select(match => match.Value)
            .Where(name => name != "histogram_quantile")
            .Where(name => !ForeignMetrics.Concat(OwnMetrics).Any(known => name == known || Stem(name) == known));

    /// <summary>Names of the product's metrics at Prometheus, without the suffixes of counters and histograms.</summary>
    private static readonly HashSet<string> OwnMetrics =
        [.. File.ReadLines(Clone["tests/MangaMotion.Architecture/Goldens/metrics.txt"])
            .Select(line => line.Split(' ')).Where(words => words is [not "meter", ..])
            .Select(words => words[1].Replace('.', '_') + (words.Length > 2 && words[2] == "s" ? "_seconds" : ""))];

    private static string Stem(string name) => Suffix().Replace(name, "");

    [GeneratedRegex(@"\{[^}]*\}|\b(by|on) \([^)]*\)", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex LabelsAndGroups();

    [GeneratedRegex(@"\b([a-z]+_[a-z_]+|up)\b", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex MetricName();

    [GeneratedRegex("_(total|count|sum|bucket)$", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Suffix();

    [GeneratedRegex(@"[^\w\- ]", RegexOptions.NonBacktracking)]
    private static partial Regex NotInAnchors();
}
