#!/usr/bin/env bash
# Subject: FFMpegCore 6.0.0 (NuGet), FFMpeg.Join: parts of a film of which one, such as a title card, has no sound.
# Guess: silence for that part, as players of a list do, or an exception.
# Behaviour: the joined film has no sound at all, the result is a success, and no message says so. With sound in all parts it has it.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cd "$work"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
cat >Probe.csproj <<'XML'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework></PropertyGroup>
  <ItemGroup><PackageReference Include="FFMpegCore" Version="6.0.0" /></ItemGroup>
</Project>
XML
cat >Program.cs <<'CS'
using System;
using System.Linq;
using FFMpegCore;

foreach (var (name, parts) in new (string, string[])[] { ("all", ["scene.mp4", "scene.mp4"]), ("one", ["scene.mp4", "card.mp4", "scene.mp4"]) })
{
    var result = FFMpeg.Join($"{name}.mp4", parts).ProcessSynchronously();
    var film = FFProbe.Analyse($"{name}.mp4");
    var warnings = result.StandardError.Count(line => line.Contains("audio", StringComparison.OrdinalIgnoreCase) && line.Contains("arning"));
    Console.WriteLine($"{name}: success {result.Success}, {film.Duration.TotalSeconds:0} s, {film.AudioStreams.Count} sound, {warnings} warnings");
}
CS
picture() { ffmpeg -v error -f lavfi -i color=navy:s=160x96:d=2:r=10 "$@"; }
picture -f lavfi -i sine=440:d=2 -c:v libx264 -pix_fmt yuv420p -c:a aac scene.mp4
picture -c:v libx264 -pix_fmt yuv420p card.mp4
dotnet build -c Release -v q --nologo -o out >build.log 2>&1 || { cat build.log >&2; exit 1; }
seen=$(dotnet out/Probe.dll)
echo "$seen"
[ "$seen" = "all: success True, 4 s, 1 sound, 0 warnings
one: success True, 6 s, 0 sound, 0 warnings" ] || { echo "The behaviour has changed." >&2; exit 1; }
