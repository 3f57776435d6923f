using System.Diagnostics;
using System.Text.Json;
using MangaMotion.Storage.Victim;
using MangaMotion.TestSupport;

namespace MangaMotion.Storage.Conformance;

/// <summary>Memory and disk use of a process, measured from outside.</summary>
public sealed class VictimTests(TestStack stack) : IDisposable
{
    private const long Gigabyte = 1L << 30;
    private const long MostExtraMemory = 64 << 20;

    // A file system of 8 MiB. Without the right to mount one, files of at most 4 MiB (8,192 blocks of 512 bytes).
    private const string SmallDisk = """mount -t tmpfs -o size=8m tmpfs "$Storage__Disk__Root" 2>/dev/null || ulimit -f 8192; exec "$@" """;

    private readonly string _root = Directory.CreateTempSubdirectory("objects-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task A_gigabyte_passes_through_the_disk_store_in_little_memory() => await StreamAsync(DiskSettings());

    [Fact]
    public async Task A_gigabyte_passes_through_the_S3_store_in_little_memory()
    {
        await using var bucket = await stack.CreateBucketAsync();

        await StreamAsync(bucket.Settings);
    }

    [Fact]
    public async Task A_full_disk_is_named_and_keeps_no_partial_object()
    {
        string[] apart = await RunAsync(["unshare", Environment.IsPrivilegedProcess ? "-m" : "-rm", "true"], DiskSettings()) is (0, _, _)
            ? ["unshare", Environment.IsPrivilegedProcess ? "-m" : "-rm"]
            : [];

        var report = await RunVictimAsync<FillReport>([.. apart, "sh", "-c", SmallDisk, "sh"], ["fill"], DiskSettings());

        report.Error.ShouldContain(_root);
        report.Error.ShouldContain("bytes are free");
        report.Stored.ShouldNotBeEmpty();
        report.Listed.ShouldBe(report.Stored, ignoreOrder: true);
        report.Leftovers.ShouldBe(0);
        report.GoesOn.ShouldBeTrue();
    }

    private Dictionary<string, string?> DiskSettings() => new() { ["Storage:Kind"] = "disk", ["Storage:Disk:Root"] = _root };

    private static async Task StreamAsync(IReadOnlyDictionary<string, string?> settings)
    {
        var report = await RunVictimAsync<StreamReport>([], ["stream", $"{Gigabyte}"], settings);

        report.GotSha256.ShouldBe(report.Sha256);
        report.ExtraBytes.ShouldBeLessThanOrEqualTo(MostExtraMemory);
        TestContext.Current.TestOutputHelper!.WriteLine($"{report.ExtraBytes >> 20} MiB of extra memory");
    }

    private static async Task<T> RunVictimAsync<T>(
        string[] prefix, string[] arguments, IReadOnlyDictionary<string, string?> settings)
        where T : class
    {
        var (exitCode, output, errors) = await RunAsync([.. prefix, "dotnet", typeof(Victims).Assembly.Location, .. arguments], settings);
        exitCode.ShouldBe(0, errors);
        return JsonSerializer.Deserialize<T>(output).ShouldNotBeNull();
    }

    private static async Task<(int ExitCode, string Output, string Errors)> RunAsync(
        string[] command, IReadOnlyDictionary<string, string?> settings)
    {
        var info = new ProcessStartInfo(command[0], command[1..])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in settings)
            info.Environment[name.Replace(":", "__", StringComparison.Ordinal)] = value;

        // The runtime keeps its doubly mapped code in a file that would exceed the limit on file sizes.
        info.Environment["DOTNET_EnableWriteXorExecute"] = "0";
        using var process = Process.Start(info)!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(Cancel);
            var errors = process.StandardError.ReadToEndAsync(Cancel);
            await process.WaitForExitAsync(Cancel);
            return (process.ExitCode, await output, await errors);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }
}
