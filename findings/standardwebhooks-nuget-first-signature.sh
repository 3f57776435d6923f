#!/usr/bin/env bash
# Subject: StandardWebhooks 1.1.2 (NuGet), the receiver library of the Standard Webhooks specification for .NET.
# Guess: like its siblings in other languages, Verify accepts a webhook if ANY of the space-separated signatures in the header
#   webhook-signature is right. The specification sends several during a rotation of secrets.
# Behaviour: only the first signature is compared. A header "wrong right" is refused, "right wrong" is accepted. A sender that
#   rotates secrets must put the signature by the newest secret first, and a receiver that still holds the old secret fails.
# Contrast: standardwebhooks 1.1.1 (npm) accepts both orders.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cd "$work"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
cat >Probe.csproj <<'XML'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings></PropertyGroup>
  <ItemGroup><PackageReference Include="StandardWebhooks" Version="1.1.2" /><FrameworkReference Include="Microsoft.AspNetCore.App" /></ItemGroup>
</Project>
XML
cat >Program.cs <<'CS'
using Microsoft.AspNetCore.Http;
using StandardWebhooks;

const string Body = """{"type":"ingest.done"}""";
string secret = "whsec_" + Convert.ToBase64String("the secret that this receiver has"u8), other = "whsec_" + Convert.ToBase64String("a secret that it does not have...."u8);
var now = DateTimeOffset.UtcNow;
string right = new StandardWebhook(secret).Sign("msg_1", now, Body), wrong = new StandardWebhook(other).Sign("msg_1", now, Body);
foreach (var (name, value) in new[] { ("right wrong", $"{right} {wrong}"), ("wrong right", $"{wrong} {right}") })
{
    var headers = new HeaderDictionary { ["webhook-id"] = "msg_1", ["webhook-timestamp"] = now.ToUnixTimeSeconds().ToString(), ["webhook-signature"] = value };
    try { new StandardWebhook(secret).Verify(Body, headers); Console.WriteLine($"{name}: accepted"); }
    catch (Exception failure) { Console.WriteLine($"{name}: refused ({failure.Message})"); }
}
CS
dotnet run -c Release -v q >out.txt 2>&1 || { cat out.txt; exit 1; }
echo "StandardWebhooks 1.1.2 (NuGet):"; cat out.txt
npm install --silent --no-audit --no-fund standardwebhooks@1.1.1 >/dev/null 2>&1
cat >probe.mjs <<'JS'
import { Webhook } from "standardwebhooks";
const body = '{"type":"ingest.done"}', now = new Date();
const secret = Buffer.from("the secret that this receiver has").toString("base64"), other = Buffer.from("a secret that it does not have....").toString("base64");
const right = new Webhook(secret).sign("msg_1", now, body), wrong = new Webhook(other).sign("msg_1", now, body);
for (const [name, value] of [["right wrong", `${right} ${wrong}`], ["wrong right", `${wrong} ${right}`]]) {
  try {
    new Webhook(secret).verify(body, { "webhook-id": "msg_1", "webhook-timestamp": String(Math.floor(now / 1000)), "webhook-signature": value });
    console.log(`${name}: accepted`);
  } catch (failure) { console.log(`${name}: refused (${failure.message})`); }
}
JS
node probe.mjs >npm.txt; echo "standardwebhooks 1.1.1 (npm):"; cat npm.txt
grep -q '^right wrong: accepted' out.txt && grep -q '^wrong right: refused' out.txt && [ "$(grep -c accepted npm.txt)" = 2 ] \
  || { echo "The behaviour has changed." >&2; exit 1; }
