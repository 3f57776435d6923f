#!/usr/bin/env bash
# Subject: SharpCompress 0.50.8 (NuGet), a RAR 5 whose file is encrypted. The format has a check value of the password, which a writer may
# leave out (flag 1 of the encryption record in RARLAB's technote).
# Guess: IArchiveEntry.IsEncrypted tells whether a file needs a password, with or without the check value.
# Behaviour: without the check value IsEncrypted is false. A program that asks for a password where it is true unpacks noise instead.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cd "$work"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
cat >Probe.csproj <<'XML'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings></PropertyGroup>
  <ItemGroup><PackageReference Include="SharpCompress" Version="0.50.8" /><PackageReference Include="System.IO.Hashing" Version="10.0.0" /></ItemGroup>
</Project>
XML
cat >Program.cs <<'CS'
using System.IO.Hashing;
using SharpCompress.Archives.Rar;

// The main header, the header of a file of 16 stored bytes with an encryption record, the bytes, the end.
byte[] Block(params byte[] fields)
{
    byte[] header = [(byte)fields.Length, .. fields];
    return [.. BitConverter.GetBytes(Crc32.HashToUInt32(header)), .. header];
}

byte[] Rar(bool check)
{
    byte[] rest = [0, (byte)(check ? 1 : 0), 15, .. new byte[32], .. check ? "A password's"u8.ToArray() : []];
    byte[] extra = [(byte)(rest.Length + 1), 1, .. rest];
    return [.. "Rar!\u001a\u0007\u0001\0"u8, .. Block(1, 0, 0),
        .. Block([2, 3, (byte)extra.Length, 16, 4, 16, 0, 1, 2, 3, 4, 0, 1, 1, (byte)'a', .. extra]), .. new byte[16], .. Block(5, 0, 0)];
}

foreach (var check in (bool[])[true, false])
{
    using var archive = RarArchive.OpenArchive(new MemoryStream(Rar(check)));
    Console.WriteLine($"{(check ? "with" : "without")} check value: encrypted {archive.Entries.Single().IsEncrypted}");
}
CS
dotnet run -c Release -v q >out.txt 2>&1 || { cat out.txt; exit 1; }
echo "SharpCompress 0.50.8:"; cat out.txt
grep -qx 'with check value: encrypted True' out.txt && grep -qx 'without check value: encrypted False' out.txt || { echo "The behaviour has changed." >&2; exit 1; }
