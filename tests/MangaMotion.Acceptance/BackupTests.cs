using System.Security.Cryptography;
using MangaMotion.Api;
using MangaMotion.LocalStack;
using MangaMotion.TestSupport;

namespace MangaMotion.Acceptance;

/// <summary>Backups of running installations, and their restore into empty ones with an empty broker.</summary>
public sealed class BackupTests(TestStack stack) : IDisposable
{
    private static readonly byte[] Payload = """[{"a": 1}]"""u8.ToArray();

    private readonly string _folder = Directory.CreateTempSubdirectory("mangamotion-backup-").FullName;

    private string Backup => Path.Combine(_folder, "backup");

    [Fact]
    public async Task A_batch_in_flight_is_restored_and_every_job_ends_with_the_same_bytes()
    {
        var sent = new Dictionary<Guid, byte[]>();
        IngestStatus done;
        IngestStatus waiting;
        Guid canceled;
        var previews = new Dictionary<Guid, byte[]>();
        await using (var installation = await Installation.CreateAsync(stack))
        {
            await installation.StartIngestAsync();
            var worker = await installation.StartThumbnailAsync();
            done = await installation.UntilFinishedAsync(await SubmitAsync(installation, sent, 3));
            foreach (var asset in done.Assets)
                previews[asset.AssetId] = await installation.Client.GetAssetAsync(asset.AssetId, "preview");
            await worker.KillAsync();
            waiting = await installation.Client.GetIngestStatusAsync(await SubmitAsync(installation, sent, 5));
            // As if the worker had been killed with this job.
            await installation.ExecuteAsync(
                "update jobs set status = 'PROCESSING', claimed_by = 'lost', claim_token = gen_random_uuid(), "
                    + "lease_until = now() + interval '1 second' where asset_id = $1", waiting.Assets[0].AssetId);
            canceled = await installation.ScalarAsync<Guid>($"select id from jobs where asset_id = '{waiting.Assets[1].AssetId}'");
            await installation.Client.CancelJobAsync(canceled);
            // As in an older database, whose transactions have higher numbers.
            await installation.ExecuteAsync("update jobs set revision = '9000000000'");

            var backup = installation.RunToolAsync([], [], "backup", Backup);
            await SubmitUntilAsync(installation, sent, backup);
            var (exitCode, output, errors) = await backup;
            exitCode.ShouldBe(0, output + errors);
            output.ShouldContain("backup finished");
        }

        await using var restored = await Installation.CreateAsync(stack);
        await RestoreAsync(restored);
        await restored.StartIngestAsync(("Jobs__ReconcileAfter", "00:00:01"));
        var events = restored.Client.WatchIngestAsync(waiting.JobId).ToListAsync().AsTask();
        await restored.StartThumbnailAsync(("Jobs__ReconcileAfter", "00:00:01"));
        await restored.StartRecordsAsync(("Jobs__ReconcileAfter", "00:00:01"));

        await Eventually.Until(
            () => restored.ScalarAsync<bool>("select not exists (select from jobs where status in ('UPLOADED', 'PROCESSING'))"),
            TimeSpan.FromMinutes(3), "every job has ended");
        (await restored.ScalarAsync<long>("select count(*) from jobs where status <> 'DONE'")).ShouldBe(1);
        (await events.WaitAsync(TimeSpan.FromSeconds(60))).Count(job => job.JobId == canceled).ShouldBe(1);
        var known = await ReadFilesAsync(restored);
        known.Count.ShouldBeGreaterThanOrEqualTo(done.Assets.Count + waiting.Assets.Count);
        foreach (var asset in done.Assets.Concat(waiting.Assets))
            known.ShouldContain(asset.AssetId);
        foreach (var asset in known)
            (await restored.Client.GetAssetAsync(asset, "original")).ShouldBe(sent[asset]);
        foreach (var (asset, preview) in previews)
            (await restored.Client.GetAssetAsync(asset, "preview")).ShouldBe(preview);
    }

    [Fact]
    public async Task A_full_disk_stops_a_backup_of_S3_which_continues_with_the_objects_that_it_has()
    {
        await using var bucket = await stack.CreateBucketAsync();
        (string, string)[] s3 =
        [
            ("Storage__Kind", "s3"), ("S3_BUCKET", bucket.Name), ("S3_ENDPOINT", bucket.Endpoint.ToString()),
            ("S3_ACCESS_KEY", S3Server.AccessKey), ("S3_SECRET_KEY", S3Server.SecretKey),
        ];
        var sent = new Dictionary<Guid, byte[]>();
        await using (var installation = await Installation.CreateAsync(stack))
        {
            await installation.StartIngestAsync(s3);
            await SubmitAsync(installation, sent, 4, length: 20_000);

            // The objects do not fit, then the dump does not fit, then all fits. The result is copied out of the file system in memory,
            // which ends with the shell.
            string[] user = Environment.IsPrivilegedProcess ? [] : ["--map-root-user"];
            var disk = Directory.CreateDirectory(Path.Combine(_folder, "disk")).FullName;
            var (exitCode, output, errors) = await installation.RunToolAsync(
                s3,
                [
                    "unshare", "--mount", .. user, "sh", "-c",
                    $"mount -t tmpfs tmpfs '{disk}' && for size in 64k 112k 64m; do mount -o remount,size=$size '{disk}' "
                        + $"&& \"$0\" \"$@\"; echo \"exit code $?\"; done; cp -a '{disk}/backup' '{Backup}'",
                ],
                "backup", Path.Combine(disk, "backup"));

            exitCode.ShouldBe(0, output + errors);
            output.Split('\n').Where(line => line.StartsWith("exit code", StringComparison.Ordinal)).ShouldBe(
                ["exit code 1", "exit code 1", "exit code 0"], output + errors);
            errors.ShouldContain($"A disk is full: Cannot write '{disk}/backup/objects/");
            errors.ShouldContain("A disk is full: pg_dump: error: ");
            errors.ShouldContain($"then continue with ./mangamotion backup {disk}/backup.");
            output.ShouldContain("0 objects copied (0.0 kB), 4 were there already");
            output.ShouldContain("backup finished: 4 objects (80.0 kB)");
        }

        await using var restored = await Installation.CreateAsync(stack);
        var stored = Directory.EnumerateFiles(Path.Combine(Backup, "objects", "originals"), "*", SearchOption.AllDirectories).First();
        CopyObject(stored, Path.Combine(restored.Store, "originals", "another+"));
        var foreign = await restored.RunToolAsync([], [], "restore", Backup);
        foreign.ShouldBe((1, foreign.Output, "The store is not empty: it holds originals/another, which is not part of the backup. "
            + "Empty it, or use another one.\n"));
        File.Delete(Path.Combine(restored.Store, "originals", "another+"));

        // As after an interrupted restore.
        CopyObject(stored, Path.Combine(restored.Store, Path.GetRelativePath(Path.Combine(Backup, "objects"), stored)));
        (await RestoreAsync(restored)).ShouldContain("3 objects restored (60.0 kB), 1 were there already");
        await restored.StartIngestAsync();
        foreach (var asset in await ReadFilesAsync(restored))
            (await restored.Client.GetAssetAsync(asset, "original")).ShouldBe(sent[asset]);

        var again = await restored.RunToolAsync([], [], "restore", Backup);
        again.ShouldBe((1, again.Output, "The database is not empty. A backup is restored into an empty database only.\n"));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task<string> RestoreAsync(Installation installation)
    {
        var (exitCode, output, errors) = await installation.RunToolAsync([], [], "restore", Backup);
        exitCode.ShouldBe(0, output + errors);
        output.ShouldContain("restored; start the services with an empty broker");
        return output;
    }

    private static void CopyObject(string from, string to)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        File.Copy(from, to);
    }

    private static async Task<Guid> SubmitAsync(
        Installation installation, Dictionary<Guid, byte[]> sent, int count, int length = 0)
    {
        // Different files: the pictures end with different bytes, which decoders ignore.
        var files = Enumerable.Range(0, count)
            .Select(_ => (byte[])[.. length == 0 ? Samples.Png : [], .. RandomNumberGenerator.GetBytes(Math.Max(length, 16))])
            .ToList();
        var accepted = await installation.Client.IngestAsync(files.Index().Select(file => Samples.Named($"{file.Index}.png", file.Item)));
        foreach (var asset in accepted.Assets)
            sent[asset.AssetId] = files[int.Parse(Path.GetFileNameWithoutExtension(asset.Name), null)];
        return accepted.JobId;
    }

    private static async Task SubmitUntilAsync(
        Installation installation, Dictionary<Guid, byte[]> sent, Task end)
    {
        const int MaxSubmissions = 20;
        for (var submission = 1; submission <= MaxSubmissions && !end.IsCompleted; submission++)
        {
            await SubmitAsync(installation, sent, 2);
            var payload = await installation.Client.IngestRecordsAsync(new MemoryStream(Payload));
            sent[payload.Assets[0].AssetId] = Payload;
        }
    }

    /// <summary>Reads the ids of the files of all ingests but those of videos.</summary>
    private static async Task<List<Guid>> ReadFilesAsync(Installation installation)
    {
        var files = new List<Guid>();
        await using var command = installation.Database.CreateCommand(
            "select id from assets where exists (select from jobs where asset_id = assets.id and type in ('thumbnail', 'records'))");
        await using var row = await command.ExecuteReaderAsync();
        while (await row.ReadAsync())
            files.Add(row.GetGuid(0));
        return files;
    }
}
