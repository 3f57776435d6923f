#!/usr/bin/env bash
# Subject: ASP.NET Core 10, antiforgery over Kestrel's minimum rate of request bodies.
# Input: a valid form with a valid token and its cookie, sent twice: at once, and with six seconds between headers and body, as from a
#   phone that changes its network.
# Guess: the second one is read too; or, if it is too slow for the server, it is answered with 408 (request timeout).
# Behaviour: Kestrel ends a body that brings nothing for five seconds with a 408 of its own. The check of the token reads the form,
#   catches that exception and reports an invalid token. The sender gets 400 for a forgery, and 408 appears in no log or answer.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cd "$work"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
cat >Probe.csproj <<'XML'
<Project Sdk="Microsoft.NET.Sdk.Web">
  <PropertyGroup><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings></PropertyGroup>
</Project>
XML
cat >Program.cs <<'CS'
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Mvc;

var builder = WebApplication.CreateBuilder(args);
builder.Logging.ClearProviders();
builder.WebHost.UseUrls("http://127.0.0.1:0");
builder.Services.AddAntiforgery();
var app = builder.Build();
app.UseAntiforgery();
app.MapGet("/token", (HttpContext context, IAntiforgery forms) => forms.GetAndStoreTokens(context).RequestToken);
app.MapPost("/form", ([FromForm] string text) => text);
// The same body without a token, to see what the server itself answers.
app.MapPost("/body", async (HttpContext context) => (await context.Request.ReadFormAsync())["text"].ToString());
await app.StartAsync();

using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
var token = await client.GetStringAsync("/token");
foreach (var (path, stall) in new[] { ("/form", 0), ("/form", 6), ("/body", 6) })
{
    using var answer = await client.PostAsync(path, new SlowForm($"text=hello&__RequestVerificationToken={Uri.EscapeDataString(token)}", stall));
    Console.WriteLine($"{path}, body after {stall} s: {(int)answer.StatusCode}");
}
await app.StopAsync();

sealed class SlowForm : HttpContent
{
    private readonly byte[] _body;
    private readonly int _seconds;
    public SlowForm(string body, int seconds)
    {
        (_body, _seconds) = (Encoding.ASCII.GetBytes(body), seconds);
        Headers.ContentType = new("application/x-www-form-urlencoded");
    }
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext context)
    {
        await stream.FlushAsync();
        await Task.Delay(TimeSpan.FromSeconds(_seconds));
        await stream.WriteAsync(_body);
    }
    protected override bool TryComputeLength(out long length) { length = _body.Length; return true; }
}
CS
dotnet run -c Release -v q >out.txt 2>&1 || { cat out.txt; exit 1; }
echo "ASP.NET Core $(dotnet --list-runtimes | grep AspNetCore.App | tail -1 | cut -d' ' -f2):"; cat out.txt
grep -q '^/form, body after 0 s: 200' out.txt && grep -q '^/form, body after 6 s: 400' out.txt && grep -q '^/body, body after 6 s: 408' out.txt \
  || { echo "The behaviour has changed." >&2; exit 1; }
