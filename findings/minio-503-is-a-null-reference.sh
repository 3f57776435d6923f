#!/usr/bin/env bash
# Subject: Minio 7.0.0 (NuGet), a server that is busy: 503 without a body, as proxies and load balancers send it.
# Guess: an exception of the client that tells the status, so that the caller can wait and try again.
# Behaviour: NullReferenceException. Code that tries again on the client's own exceptions gives up, and a log shows a fault of the program.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cd "$work"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
cat >Probe.csproj <<'XML'
<Project Sdk="Microsoft.NET.Sdk.Web">
  <PropertyGroup><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings></PropertyGroup>
  <ItemGroup><PackageReference Include="Minio" Version="7.0.0" /></ItemGroup>
</Project>
XML
cat >Program.cs <<'CS'
using Minio;
using Minio.DataModel.Args;

// A server that answers as the S3 API does.
var builder = WebApplication.CreateBuilder(args);
builder.Logging.ClearProviders();
builder.WebHost.UseUrls("http://127.0.0.1:0");
var app = builder.Build();
var picture = Enumerable.Range(0, 100).Select(value => (byte)value).ToArray();
app.MapMethods("/pictures/{*key}", ["HEAD", "GET"], (HttpContext context, string key) =>
{
    context.Response.Headers.ETag = "\"0123456789abcdef0123456789abcdef\"";
    context.Response.Headers.LastModified = "Mon, 02 Nov 2026 10:00:00 GMT";
    return key == "away" ? Results.StatusCode(503) : Results.Bytes(picture, "image/png", enableRangeProcessing: true);
});
await app.StartAsync();
using var client = new MinioClient().WithEndpoint(new Uri(app.Urls.First()).Authority).WithCredentials("access", "secret").WithRegion("us-east-1").Build();
async Task ReadAsync(string name, GetObjectArgs get)
{
    long read = 0;
    try
    {
        await client.GetObjectAsync(get.WithCallbackStream(async (stream, token) =>
        {
            var memory = new MemoryStream();
            await stream.CopyToAsync(memory, token);
            read = memory.Length;
        }));
        Console.WriteLine($"{name}: {read} bytes");
    }
    catch (Exception failure) { Console.WriteLine($"{name}: {failure.GetType().Name} after {read} bytes"); }
}
await ReadAsync("server well", new GetObjectArgs().WithBucket("pictures").WithObject("page.png"));
await ReadAsync("server busy", new GetObjectArgs().WithBucket("pictures").WithObject("away"));
await app.StopAsync();
CS
dotnet run -c Release -v q >out.txt 2>&1 || { cat out.txt; exit 1; }
echo "Minio 7.0.0:"; cat out.txt
grep -qx 'server well: 100 bytes' out.txt && grep -qx 'server busy: NullReferenceException after 0 bytes' out.txt || { echo "The behaviour has changed." >&2; exit 1; }
