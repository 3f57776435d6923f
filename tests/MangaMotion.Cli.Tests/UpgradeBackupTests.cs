using System.Text;
using MangaMotion.Cli.Backups;
using MangaMotion.Cli.Local;
using MangaMotion.Storage;
using MangaMotion.Storage.Disk;
using MangaMotion.TestSupport;
using Microsoft.Extensions.Options;
using Npgsql;

namespace MangaMotion.Cli.Tests;

/// <summary>The backup that <c>up</c> makes before a schema script that cannot be rolled back.</summary>
public sealed class UpgradeBackupTests(TestStack stack) : IDisposable
{
    private const string Tables =
        """
        create table schema_versions (set_name text, version integer, name text, checksum text);
        insert into schema_versions values ('jobs', 1, '0001_jobs.sql', '');
        create table assets (key text, sha256 text);
        """;

    private static readonly SchemaVersion[] Known =
    [
        new("jobs", 1, "0001_jobs.sql", ""),
        new("jobs", 2, "0002_less.sql", "") { Irreversible = "Titles are removed." },
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("mangamotion-test-").FullName;
    private readonly List<string> _lines = [];

    private string Store => Path.Combine(_folder, "store");

    private string Backups => Path.Combine(_folder, "backups");

    [Fact]
    public async Task A_failed_backup_ends_up_and_the_next_one_makes_a_whole_backup()
    {
        await using var database = await stack.CreateDatabaseAsync();
        await using var source = NpgsqlDataSource.Create(database.ConnectionString + ";Pooling=false");
        await using (var create = source.CreateCommand(Tables))
            await create.ExecuteNonQueryAsync();
        var damaged = await PutAsync("originals/1");
        await PutAsync("originals/2");
        await FlipAsync(damaged);

        var failure = await Should.ThrowAsync<CommandException>(() => BackUpAsync(database));

        var first = Directory.EnumerateDirectories(Backups).ShouldHaveSingleItem();
        failure.Message.ShouldContain("'originals/1' was not stored");
        failure.Message.ShouldEndWith($"then continue with ./mangamotion up; what {first} holds is incomplete.");
        _lines.ShouldContain("the schema script jobs/0002_less.sql cannot be rolled back: Titles are removed.");
        Should.Throw<CommandException>(() => BackupFolder.Open(first)).Message.ShouldContain("is not finished");
        // Without this table the services do not apply the script.
        (await IsRecordedAsync(source)).ShouldBeFalse();

        await FlipAsync(damaged);
        // A folder is named after the second of its start.
        Directory.Move(first, first + "-first");
        await BackUpAsync(database);

        var second = Directory.EnumerateDirectories(Backups).Single(folder => folder != first + "-first");
        BackupFolder.Open(second).Manifest.ObjectCount.ShouldBe(2);
        (await IsRecordedAsync(source)).ShouldBeTrue();
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static async Task<bool> IsRecordedAsync(NpgsqlDataSource source)
    {
        await using var command = source.CreateCommand("select to_regclass('schema_backups') is not null");
        return (bool)(await command.ExecuteScalarAsync())!;
    }

    private static async Task FlipAsync(string file)
    {
        var bytes = await File.ReadAllBytesAsync(file);
        bytes[0] ^= 1;
        await File.WriteAllBytesAsync(file, bytes);
    }

    private Task BackUpAsync(TestDatabase database)
    {
        var clone = Clone.Find().WithStack(_folder);
        DeploymentSettings.LoadOrDefault(clone).Save(clone);
        var stores = new Dictionary<string, string>
        {
            ["ConnectionStrings__Postgres"] = database.ConnectionString,
            ["Storage__Kind"] = "disk",
            ["Storage__Disk__Root"] = Store,
        };
        return BackupCommand.BackUpBeforeUpgradeAsync(clone, stores, Known, new Lines(_lines), CancellationToken.None);
    }

    /// <returns>Path of the object's file.</returns>
    private async Task<string> PutAsync(string key)
    {
        var store = new DiskObjectStore(Options.Create(new StorageOptions { Kind = StoreKind.Disk, Disk = { Root = Store } }));
        using var content = new MemoryStream(Encoding.UTF8.GetBytes(key));
        await store.PutAsync(key, content, new PutOptions { ContentType = "text/plain" }, CancellationToken.None);
        return Path.Combine(Store, key + "+");
    }

    private sealed class Lines(List<string> lines) : IProgress<string>
    {
        public void Report(string value) => lines.Add(value);
    }
}
