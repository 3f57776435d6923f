#!/usr/bin/env bash
# Subject: SharpCompress 0.50.8 (NuGet), a solid RAR 5 in which a file is stored as a reference to an equal file. WinRAR's option "Save
# identical files as references" (-oi) writes it. The archive below is of rar 7.01: 1.txt, 2.txt (a reference to 1.txt), 3.txt.
# Guess: the reader of ExtractAllEntries gives 2.txt the content of 1.txt, or skips it.
# Behaviour: OpenEntryStream of 2.txt throws, and so does MoveToNextEntry after it: 3.txt, which is an ordinary file, is never reached.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cd "$work"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
base64 -d >t.rar <<'B64'
UmFyIRoHAQAgtvoRCgEFBgQFAQGAgAD4etCtIwIDC6UABI8ApIMCb35vaIAbAQUxLnR4dAoDE4qdDGuXsB4Fxb0iRAQj+EAyviKEFEPEPECUdgUnjAH+gRN7
Xrp+oKzYFJoO8CMpGbYrAgMVAAQPpIMCAAAAAMAAAQUyLnR4dAoDE4qdDGvty0MFCQUFAAUxLnR4dFpMNHAjAgMLiAAEjgCkgwLHMWa0wBsBBTMudHh0CgMT
ip0Ma+3LQwVCHQXzxiitoB13VlEDBQQA
B64
cat >Probe.csproj <<'XML'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings></PropertyGroup>
  <ItemGroup><PackageReference Include="SharpCompress" Version="0.50.8" /></ItemGroup>
</Project>
XML
cat >Program.cs <<'CS'
using SharpCompress.Archives.Rar;

using var archive = RarArchive.OpenArchive(File.OpenRead("t.rar"));
Console.WriteLine($"listed: {string.Join(' ', archive.Entries.Select(entry => entry.Key))}");
try
{
    using var reader = archive.ExtractAllEntries();
    while (reader.MoveToNextEntry())
        Console.WriteLine($"reached: {reader.Entry.Key}");
}
catch (Exception exception)
{
    Console.WriteLine($"ended: {exception.Message}");
}
CS
dotnet run -c Release -v q >out.txt 2>&1 || { cat out.txt; exit 1; }
echo "SharpCompress 0.50.8:"; cat out.txt
grep -qx 'listed: 1.txt 2.txt 3.txt' out.txt && grep -q '^ended: no stream for redirect entry' out.txt && ! grep -q 'reached: 3.txt' out.txt || { echo "The behaviour has changed." >&2; exit 1; }
