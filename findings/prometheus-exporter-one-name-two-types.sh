#!/usr/bin/env bash
# Subject: OpenTelemetry.Exporter.Prometheus.AspNetCore 1.20.1-beta.1, two instruments of different types on one exported name.
# Input: a counter "jobs.conflict" and an up-down counter "jobs.conflict.total". Both names are valid and differ, and OpenTelemetry
#   accepts both. Prometheus adds _total to counters, so both become jobs_conflict_total.
# Guess: the scrape fails, or one of the two wins, in every format alike.
# Behaviour: in the text format 0.0.4 BOTH disappear, without an error or a log line. In OpenMetrics, which a real Prometheus
#   negotiates, both are kept. A dashboard fed by Prometheus shows a metric that `curl /metrics` does not have.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cd "$work"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
cat >Probe.csproj <<'XML'
<Project Sdk="Microsoft.NET.Sdk.Web">
  <PropertyGroup><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings></PropertyGroup>
  <ItemGroup>
    <PackageReference Include="OpenTelemetry.Extensions.Hosting" Version="1.20.1" />
    <PackageReference Include="OpenTelemetry.Exporter.Prometheus.AspNetCore" Version="1.20.1-beta.1" />
  </ItemGroup>
</Project>
XML
cat >Program.cs <<'CS'
using System.Diagnostics.Metrics;
using OpenTelemetry.Metrics;

var builder = WebApplication.CreateBuilder(args);
builder.Logging.ClearProviders();
builder.WebHost.UseUrls("http://127.0.0.1:0");
builder.Services.AddOpenTelemetry().WithMetrics(metrics => metrics.AddMeter("probe").AddPrometheusExporter(options => options.ScrapeResponseCacheDurationMilliseconds = 0));
var app = builder.Build();
app.MapPrometheusScrapingEndpoint();
await app.StartAsync();

using var meter = new Meter("probe");
meter.CreateCounter<long>("jobs.conflict").Add(3);
meter.CreateUpDownCounter<long>("jobs.conflict.total").Add(5);
meter.CreateCounter<long>("jobs.alone").Add(7);
using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
foreach (var (format, accept) in new[] { ("text 0.0.4", "text/plain; version=0.0.4"), ("OpenMetrics", "application/openmetrics-text; version=1.0.0") })
{
    using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
    request.Headers.TryAddWithoutValidation("Accept", accept);
    var body = await (await client.SendAsync(request)).Content.ReadAsStringAsync();
    int Samples(string name) => body.Split('\n').Count(line => line.StartsWith(name, StringComparison.Ordinal));
    Console.WriteLine($"{format}: {Samples("jobs_conflict_total")} samples of jobs_conflict_total, {Samples("jobs_alone_total")} of jobs_alone_total");
}
await app.StopAsync();
CS
dotnet run -c Release -v q >out.txt 2>&1 || { cat out.txt; exit 1; }
echo "OpenTelemetry.Exporter.Prometheus.AspNetCore 1.20.1-beta.1:"; cat out.txt
grep -q '^text 0.0.4: 0 samples of jobs_conflict_total, 1 of' out.txt && grep -q '^OpenMetrics: 2 samples of jobs_conflict_total, 1 of' out.txt \
  || { echo "The behaviour has changed." >&2; exit 1; }
