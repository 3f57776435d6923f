using System.Security.Cryptography;
using MangaMotion.Acceptance;
using MangaMotion.Api;
using MangaMotion.TestSupport;

namespace MangaMotion.Clients;

/// <summary>Resumable uploads with tus-js-client, on both stores.</summary>
public sealed class TusClientTests(ApiStack stack) : IAsyncDisposable
{
    /// <summary>Five parts, so that the first half has two whole ones.</summary>
    private const int FileSize = 20_000_000;

    private const int PartSize = 4 << 20;

    private readonly string _file = Path.Combine(Directory.CreateTempSubdirectory("mangamotion-tus-").FullName, "file.bin");
    private Installation _installation = null!;
    private TestBucket? _bucket;

    private string Endpoint => new Uri(_installation.Http.BaseAddress!, "api/v1/uploads/tus").ToString();

    public async ValueTask DisposeAsync()
    {
        await _installation.DisposeAsync();
        if (_bucket is not null)
            await _bucket.DisposeAsync();
        Directory.Delete(Path.GetDirectoryName(_file)!, recursive: true);
    }

    [Theory]
    [InlineData("disk")]
    [InlineData("s3")]
    public async Task An_upload_goes_on_after_ingest_was_killed(string kind)
    {
        await StartAsync(kind);
        var content = await CreateFileAsync();
        using var client = ToolProcess.Start(
            TypeScriptClientTests.Folder, "node", "tus.mjs", Endpoint, Installation.Key, _file, "stall");
        var errors = client.StandardError.ReadToEndAsync();
        (await client.StandardOutput.ReadLineAsync()).ShouldBe("POST 201 ");
        (await client.StandardOutput.ReadLineAsync()).ShouldBe("stalled");
        await Eventually.Until(async () => await _installation.ScalarAsync<long>("select received from uploads") >= 2 * PartSize);

        await _installation.KillIngestAsync();
        await StartIngestAsync(("Kestrel__Endpoints__Http__Url", _installation.Http.BaseAddress!.ToString()));

        var lines = (await client.StandardOutput.ReadToEndAsync()).Trim().Split('\n');
        await client.WaitForExitAsync();
        client.ExitCode.ShouldBe(0, $"{string.Join('\n', lines)}\n{await errors}");

        // A HEAD finds what was stored, and one PATCH sends the rest: nothing began again.
        // While ingest starts, a HEAD may be answered with 423, which asks the client to wait.
        lines[..^1].Where(line => line != "HEAD 423 ").ShouldBe([$"HEAD 200 {2 * PartSize}", $"PATCH 204 {FileSize}"]);
        var upload = Guid.Parse(lines[^1].Split('/')[^1]);
        (await _installation.Client.GetUploadsAsync()).Uploads.ShouldHaveSingleItem().Received.ShouldBe(FileSize);

        var accepted = await _installation.Client.IngestAsync(new IngestOfUploads { Uploads = [new(upload)] });
        var asset = accepted.Assets.ShouldHaveSingleItem();
        (asset.Name, asset.Size).ShouldBe(("chapter 1 第一話.cbz", FileSize));
        (await _installation.ScalarAsync<string>("select sha256 from assets")).ShouldBe(Convert.ToHexStringLower(SHA256.HashData(content)));
        (await _installation.Client.GetUploadsAsync()).Uploads.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("checksum", "PATCH 460 ", "error 460")]
    [InlineData("terminate", "PATCH 204 20000000", "DELETE 204 ", "terminated ")]
    public async Task A_wrong_checksum_and_a_termination_leave_nothing(string scenario, params string[] expected)
    {
        await StartAsync("disk");
        await CreateFileAsync();

        using var client = ToolProcess.Start(
            TypeScriptClientTests.Folder, "node", "tus.mjs", Endpoint, Installation.Key, _file, scenario);
        var lines = (await client.StandardOutput.ReadToEndAsync()).Trim().Split('\n');
        await client.WaitForExitAsync();

        lines[0].ShouldBe("POST 201 ");
        foreach (var line in expected)
            lines.ShouldContain(found => found.StartsWith(line, StringComparison.Ordinal), string.Join('\n', lines));
        (await _installation.ScalarAsync<long>("select count(*) from upload_parts")).ShouldBe(0);
        (await _installation.ScalarAsync<long>("select coalesce(sum(received), 0)::bigint from uploads")).ShouldBe(0);
        Directory.Exists(Path.Combine(_installation.Store, "uploads")).ShouldBeFalse();
    }

    private async Task StartAsync(string kind)
    {
        await TypeScriptClientTests.Packages.Value;
        _installation = await Installation.CreateAsync(stack.Servers);
        _bucket = kind == "s3" ? await stack.Servers.CreateBucketAsync() : null;
        await StartIngestAsync();
    }

    private Task<ServiceProcess> StartIngestAsync(params (string Name, string Value)[] settings) => _installation.StartIngestAsync(
    [
        .. settings,
        .. (_bucket?.Settings ?? new Dictionary<string, string?>()).Select(setting => (setting.Key.Replace(":", "__"), setting.Value!)),
    ]);

    private async Task<byte[]> CreateFileAsync()
    {
        var content = new byte[FileSize];
        new Random(1).NextBytes(content);
        await File.WriteAllBytesAsync(_file, content);
        return content;
    }
}
