#!/usr/bin/env bash
# Subject: Minio 7.0.0 (NuGet), a presigned link for PUT that is to be bound to a content type.
# Guess: WithHeaders makes the header part of the signature (X-Amz-SignedHeaders=content-type;host), as with other S3 clients, so that the
#   server refuses an upload of another type.
# Behaviour: only the host is signed, and the query gets a parameter "content-type" whose value is the NAME OF A .NET CLASS. The link works
#   for any type.
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

// Links are made without a server.
using var client = new MinioClient().WithEndpoint("127.0.0.1:9").WithCredentials("access", "secret").WithRegion("us-east-1").Build();
var link = await client.PresignedPutObjectAsync(new PresignedPutObjectArgs().WithBucket("pictures").WithObject("page.png").WithExpiry(600)
    .WithHeaders(new Dictionary<string, string> { ["Content-Type"] = "image/png" }));
foreach (var parameter in new Uri(link).Query.TrimStart('?').Split('&').Select(Uri.UnescapeDataString))
{
    if (parameter.StartsWith("X-Amz-SignedHeaders") || parameter.StartsWith("content-type"))
        Console.WriteLine(parameter);
}
CS
dotnet run -c Release -v q >out.txt 2>&1 || { cat out.txt; exit 1; }
echo "Minio 7.0.0:"; cat out.txt
grep -qx 'X-Amz-SignedHeaders=host' out.txt && grep -qx 'content-type=Minio.DataModel.Args.PresignedPutObjectArgs' out.txt || { echo "The behaviour has changed." >&2; exit 1; }
