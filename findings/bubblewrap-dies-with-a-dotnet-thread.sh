#!/usr/bin/env bash
# Subject: bubblewrap's --die-with-parent (0.8.0, Debian 12), started by Process.Start of .NET 10 on a thread of its own.
# Input: a sandboxed "sleep 30", started once by a thread that ends after the start, and once by the main thread. The .NET process lives on.
# Guess: both run until they end or the .NET process ends. "Parent" is a process in bubblewrap's manual and in Process.Start.
# Behaviour: the first one is killed as soon as its thread ends. Linux sends the signal for the end of the thread that started the child.
#   Threads of .NET's pool end when they are idle, so a sandbox that a request has started dies some time after that request.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cd "$work"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
cat >Probe.csproj <<'XML'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings></PropertyGroup>
</Project>
XML
cat >Program.cs <<'CS'
using System.Diagnostics;

Process Start() => Process.Start("bwrap", ["--ro-bind", "/", "/", "--die-with-parent", "sleep", "30"]);

Process byThread = null;
var thread = new Thread(() =>
{
    byThread = Start();
    // The sandbox is up before the thread ends.
    Thread.Sleep(2000);
});
thread.Start();
var byMain = Start();
Thread.Sleep(1000);
Console.WriteLine($"while the thread lives: its sandbox {State(byThread)}, that of the main thread {State(byMain)}");
thread.Join();
Thread.Sleep(2000);
Console.WriteLine($"after the thread's end: its sandbox {State(byThread)}, that of the main thread {State(byMain)}");
foreach (var process in new[] { byThread, byMain })
    process.Kill();

static string State(Process process) => process.HasExited ? $"is dead (exit code {process.ExitCode})" : "runs";
CS
dotnet run -c Release -v q >out.txt 2>&1 || { cat out.txt; exit 1; }
echo "bubblewrap $(dpkg-query -W -f '${Version}' bubblewrap), .NET $(dotnet --version):"; cat out.txt
grep -q '^while the thread lives: its sandbox runs, that of the main thread runs' out.txt \
  && grep -q "^after the thread's end: its sandbox is dead .*main thread runs" out.txt || { echo "The behaviour has changed." >&2; exit 1; }
