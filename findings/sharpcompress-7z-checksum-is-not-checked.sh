#!/usr/bin/env bash
# Subject: SharpCompress 0.50.8 (NuGet), a 7z of which one byte was changed (a bad disk, a bad download). 7z stores a CRC-32 of each file.
# Guess: reading the file ends in an exception, as it does with RAR and as `7z t` reports it.
# Behaviour: all bytes are read, one of them wrong, without an exception, by both ways to read. A reader that needs the check compares
# IArchiveEntry.Crc itself.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cd "$work"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
cat >Probe.csproj <<'XML'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings></PropertyGroup>
  <ItemGroup><PackageReference Include="SharpCompress" Version="0.50.8" /></ItemGroup>
</Project>
XML
cat >Program.cs <<'CS'
using SharpCompress.Archives.SevenZip;

string Read(string name, bool all)
{
    try
    {
        using var archive = SevenZipArchive.OpenArchive(new FileInfo(name));
        using var memory = new MemoryStream();
        if (!all)
        {
            using var content = archive.Entries.First().OpenEntryStream();
            content.CopyTo(memory);
            return $"{memory.Length} bytes";
        }

        using var reader = archive.ExtractAllEntries();
        reader.MoveToNextEntry();
        using (var content = reader.OpenEntryStream())
            content.CopyTo(memory);
        return $"{memory.Length} bytes";
    }
    catch (Exception failure) { return failure.GetType().Name; }
}

foreach (var name in args)
    Console.WriteLine($"{name}: OpenEntryStream {Read(name, all: false)}, ExtractAllEntries {Read(name, all: true)}");
CS
head -c 1000 /dev/zero | tr '\0' 'a' >1.txt
head -c 1000 /dev/zero | tr '\0' 'c' >2.txt
7z a -bd -y -mx=0 sound.7z 1.txt 2.txt >/dev/null
cp sound.7z changed.7z
printf 'b' | dd of=changed.7z bs=1 seek=100 conv=notrunc 2>/dev/null
dotnet run -c Release -v q -- sound.7z changed.7z >out.txt 2>&1 || { cat out.txt; exit 1; }
echo "SharpCompress 0.50.8:"; cat out.txt
7z t changed.7z 2>&1 | grep 'CRC Failed' || true
grep -qx 'sound.7z: OpenEntryStream 1000 bytes, ExtractAllEntries 1000 bytes' out.txt \
  && grep -qx 'changed.7z: OpenEntryStream 1000 bytes, ExtractAllEntries 1000 bytes' out.txt || { echo "The behaviour has changed." >&2; exit 1; }
