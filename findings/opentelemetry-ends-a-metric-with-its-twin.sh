#!/usr/bin/env bash
# Subject: OpenTelemetry 1.20.1 (.NET), two meters of one name in a process, one of which is disposed.
# Input: two ASP.NET Core servers in one process, each with the meters of its own service container: a small one that answers while
#   the real one starts, and ends then. Both have the instrument http.server.request.duration.
# Guess: the metric of the real server goes on. At worst its first values are missing.
# Behaviour: both instruments feed one metric, and the end of the first meter ends it for both. The first scrape behind that end still
#   has the metric. From the second on it is gone for the life of the process, without a log line, and alerts on it never fire.
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
using OpenTelemetry.Metrics;

var builder = WebApplication.CreateBuilder(args);
builder.Logging.ClearProviders();
builder.WebHost.UseUrls("http://127.0.0.1:0");
builder.Services.AddOpenTelemetry().WithMetrics(metrics =>
    metrics.AddMeter("Microsoft.AspNetCore.Hosting").AddPrometheusExporter(options => options.ScrapeResponseCacheDurationMilliseconds = 0));
var app = builder.Build();
app.MapPrometheusScrapingEndpoint().DisableHttpMetrics();
app.MapGet("/page", () => "here");
await app.StartAsync();
using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };

var other = WebApplication.CreateBuilder(args);
other.Logging.ClearProviders();
other.WebHost.UseUrls("http://127.0.0.1:0");
var small = other.Build();
await small.StartAsync();
await ShowAsync("both run");
await small.DisposeAsync();
await ShowAsync("first scrape after the small one ended");
await ShowAsync("second scrape");
await ShowAsync("third scrape");
await app.StopAsync();

async Task ShowAsync(string what)
{
    await client.GetStringAsync("/page");
    var body = await client.GetStringAsync("/metrics");
    Console.WriteLine($"{what}: {body.Split('\n').Count(line => line.StartsWith("http_server_request_duration_seconds_count"))} series");
}
CS
dotnet run -c Release -v q >out.txt 2>&1 || { cat out.txt; exit 1; }
echo "OpenTelemetry 1.20.1:"; cat out.txt
grep -q '^both run: 1 series' out.txt && grep -q '^second scrape: 0 series' out.txt && grep -q '^third scrape: 0 series' out.txt \
  || { echo "The behaviour has changed." >&2; exit 1; }
