using System.Formats.Tar;
using System.Text;
using System.Text.Json.Nodes;
using MangaMotion.Cli.Packaging;

namespace MangaMotion.Cli.Tests;

/// <summary>Components that the bill of materials of a whole file system finds.</summary>
public sealed class FileSystemBillTests
{
    private const string Dependencies =
        """
        {"libraries": {
          "MangaMotion.Media/1.0.0": {"type": "project", "sha512": ""},
          "Npgsql/9.0.0": {"type": "package", "sha512": "sha512-AQID"}}}
        """;

    private const string Models =
        """
        {"packages": {"": {"name": "root"}, "node_modules/@some/models": {"version": "1.4.2", "integrity": "sha512-BAUG"}}}
        """;

    private const string MediaHost =
        """
        {"dependencies": {"net10.0": {
          "Analyzer": {"resolved": "1.0.0", "contentHash": "AQID"},
          "Microsoft.ML.OnnxRuntime": {"resolved": "1.31.1", "contentHash": "AQID"},
          "Microsoft.ML.OnnxRuntime.Managed": {"resolved": "1.31.1", "contentHash": "AQID"},
          "NetVips.Native.linux-arm64": {"resolved": "8.18.7", "contentHash": "AQID"},
          "NetVips.Native.linux-x64": {"resolved": "8.18.7", "contentHash": "AQID"}}}}
        """;

    private const string Status =
        """
        Package: libtinfo6
        Source: ncurses (6.4)
        Architecture: amd64
        Version: 1:6.4-4+deb12u1

        Package: zlib1g
        Architecture: amd64
        Version: 1.2

        """;

    private const string Prefix = "usr/share/dotnet/shared/Microsoft.NETCore.App/10.0.1";

    [Fact]
    public async Task All_parts_have_a_version_and_a_package_url()
    {
        var components = await ReadAsync(
            ("app/MangaMotion.Media.deps.json", Dependencies), ("app/other.deps.json", Dependencies),
            ($"{Prefix}/a.dll", ""), ($"{Prefix}/b.dll", ""),
            ("app/mediahost/Microsoft.ML.OnnxRuntime.dll", ""),
            ("app/mediahost/runtimes/linux-x64/native/libonnxruntime.so", "\u00ff\0VERS_1.31.1\0"),
            ("app/mediahost/models/a.onnx", ""), ("usr/lib/os-release", "NAME=x\nVERSION_ID=\"12\"\n"),
            ("var/lib/dpkg/status.d/a", Status));

        components.Select(component => (string)component["purl"]!).ShouldBe(
        [
            "pkg:deb/debian/libtinfo6@1%3A6.4-4%2Bdeb12u1?arch=amd64&distro=debian-12&upstream=ncurses",
            "pkg:deb/debian/zlib1g@1.2?arch=amd64&distro=debian-12",
            "pkg:npm/%40some/models@1.4.2",
            "pkg:nuget/Microsoft.ML.OnnxRuntime.Managed@1.31.1",
            "pkg:nuget/Microsoft.ML.OnnxRuntime@1.31.1",
            $"pkg:nuget/Microsoft.NETCore.App.Runtime.{DebianArchive.Platform}@10.0.1",
            "pkg:nuget/NetVips.Native.linux-x64@8.18.7",
            "pkg:nuget/Npgsql@9.0.0",
        ]);
        components.ShouldAllBe(component => ((string)component["version"]!).Length > 0);
        ((string)components.Single(component => (string)component["name"]! == "Npgsql")["hashes"]![0]!["content"]!).ShouldBe("010203");
    }

    [Fact]
    public async Task A_file_system_without_models_and_without_Debian_lists_neither() =>
        (await ReadAsync(("app/MangaMotion.Media.deps.json", Dependencies))).Select(component => (string)component["purl"]!)
            .ShouldBe(["pkg:nuget/Npgsql@9.0.0"]);

    private static async Task<List<JsonNode>> ReadAsync(params (string Path, string Content)[] files)
    {
        using var archive = new MemoryStream();
        await using (var writer = new TarWriter(archive, leaveOpen: true))
        {
            foreach (var (path, content) in files)
            {
                await writer.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, path)
                {
                    DataStream = new MemoryStream(Encoding.Latin1.GetBytes(content)),
                });
            }
        }

        archive.Position = 0;
        var bill = new FileSystemBill(MediaHost, Models);
        await bill.ReadAsync(archive, CancellationToken.None);
        return [.. JsonNode.Parse(bill.Write("all", "1.0.0", "container"))!["components"]!.AsArray().Select(component => component!)];
    }
}
