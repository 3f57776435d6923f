using System.Text;
using System.Text.Json.Nodes;
using MangaMotion.Cli.Backups;
using MangaMotion.Storage;

namespace MangaMotion.Cli.Tests;

/// <summary>Folders that cannot be backed up into or restored from: the message says why, and nothing is changed.</summary>
public sealed class BackupTests : IDisposable
{
    private static readonly string[] Objects = ["originals/a/1", "originals/a/2", "processed/b/preview.jpg"];

    private readonly string _folder = Directory.CreateTempSubdirectory("mangamotion-test-").FullName;

    private string Manifest => Path.Combine(_folder, "backup.json");

    [Fact]
    public async Task An_undamaged_backup_passes_its_check()
    {
        await CreateAsync();

        (await RunAsync("restore", _folder, "--check")).ShouldBe((0, ""));
    }

    [Fact]
    public async Task A_backup_needs_a_new_or_an_empty_folder()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "notes.txt"), "");

        Should.Throw<CommandException>(() => BackupFolder.Begin(_folder)).Message.ShouldBe(
            $"{_folder} is not empty and holds no unfinished backup. Name a new or an empty folder.");
        Directory.EnumerateFiles(_folder).Count().ShouldBe(1);
    }

    [Fact]
    public async Task A_finished_backup_is_not_overwritten()
    {
        await CreateAsync();

        Should.Throw<CommandException>(() => BackupFolder.Begin(_folder)).Message.ShouldStartWith(
            $"{_folder} already holds the backup of ");
        (await RunAsync("restore", _folder, "--check")).ExitCode.ShouldBe(0);
    }

    [Fact]
    public void Scripts_that_cannot_be_rolled_back_are_those_that_a_database_with_data_misses()
    {
        SchemaVersion[] known =
        [
            new("jobs", 1, "0001_jobs.sql", "") { Irreversible = "First." },
            new("jobs", 2, "0002_more.sql", ""),
            new("jobs", 3, "0003_less.sql", "") { Irreversible = "Titles are removed." },
            new("records", 1, "0001_records.sql", "") { Irreversible = "A set that the database does not have." },
        ];

        var missing = SchemaVersion.FindIrreversible(known, [known[0]]).ShouldHaveSingleItem();
        (missing.Name, missing.Irreversible).ShouldBe(("0003_less.sql", "Titles are removed."));
        SchemaVersion.FindIrreversible(known, []).ShouldBeEmpty();
        SchemaVersion.FindIrreversible(known, known).ShouldBeEmpty();
    }

    [Fact]
    public void Two_processes_do_not_write_one_backup()
    {
        using var other = BackupFolder.Begin(_folder);

        Should.Throw<CommandException>(() => BackupFolder.Begin(_folder)).Message.ShouldBe(
            $"Another process writes a backup to {_folder}. Wait for its end, or name another folder.");
    }

    [Fact]
    public async Task An_unfinished_backup_is_not_restored_but_can_be_continued()
    {
        BackupFolder.Begin(_folder).Dispose();

        (await RunAsync("restore", _folder, "--check")).ShouldBe(
            (1, $"The backup in {_folder} is not finished. Finish it with ./mangamotion backup {_folder}.\n"));
        using var continued = BackupFolder.Begin(_folder);
        continued.Manifest.FinishedAt.ShouldBeNull();
    }

    [Theory]
    [InlineData(null, "it has no file backup.json")]
    [InlineData("{", "its file backup.json cannot be read")]
    [InlineData("{}", "its file backup.json cannot be read")]
    public async Task A_folder_without_a_manifest_is_not_a_backup(string? manifest, string reason)
    {
        if (manifest is not null)
            await File.WriteAllTextAsync(Manifest, manifest);

        (await RunAsync("restore", _folder, "--check")).ShouldBe((1, $"{_folder} is not a backup: {reason}.\n"));
    }

    [Fact]
    public async Task A_backup_in_another_format_names_the_version_that_made_it()
    {
        await CreateAsync();
        await EditManifestAsync(manifest => (manifest["format"], manifest["madeBy"]) = (2, "7.0.0"));

        (await RunAsync("restore", _folder, "--check")).ShouldBe(
            (1, $"The backup in {_folder} has format 2, and this version reads format 1. Use the version that made it: 7.0.0.\n"));
    }

    [Theory]
    [InlineData("database.dump")]
    [InlineData("objects.tsv")]
    [InlineData("keys/stack.json")]
    public async Task A_damaged_file_is_named(string file)
    {
        await CreateAsync();
        await FlipAsync(Path.Combine(_folder, file));

        (await RunAsync("restore", _folder, "--check")).ShouldBe(
            (1, $"The backup is damaged, nothing was restored. Missing or changed: {file}.\n"));

        File.Delete(Path.Combine(_folder, file));
        (await RunAsync("restore", _folder, "--check", "--without-damaged")).ExitCode.ShouldBe(1);
    }

    [Fact]
    public async Task Damaged_and_missing_objects_are_named()
    {
        await CreateAsync();
        await FlipAsync(Path.Combine(_folder, "objects", Objects[0] + "+"));
        File.Delete(Path.Combine(_folder, "objects", Objects[2] + "+"));

        (await RunAsync("restore", _folder, "--check")).ShouldBe(
            (1, $"The backup is damaged, nothing was restored. 2 objects are missing or changed: {Objects[0]}, {Objects[2]}. "
                + "--without-damaged restores the others.\n"));
    }

    [Theory]
    [InlineData("jobs", 999, "its database has the schema script jobs/0999_future.sql, which this version does not have")]
    [InlineData("jobs", 1, "the schema script jobs/0001_future.sql of its database differs from the one of this version")]
    public async Task A_database_that_this_version_cannot_use_is_not_restored(string set, int version, string reason)
    {
        await CreateAsync(new SchemaVersion(set, version, $"{version:0000}_future.sql", new string('0', 64)));

        var (exitCode, message) = await RunAsync("restore", _folder, "--check");

        exitCode.ShouldBe(1);
        message.ShouldContain($": {reason}. Restore it with the version that made it, or a newer one.");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static async Task<(int ExitCode, string Message)> RunAsync(params string[] arguments)
    {
        using var errors = new StringWriter { NewLine = "\n" };
        return (await CommandLine.RunAsync(arguments, errors), errors.ToString());
    }

    private static async Task FlipAsync(string file)
    {
        var bytes = await File.ReadAllBytesAsync(file);
        bytes[0] ^= 1;
        await File.WriteAllBytesAsync(file, bytes);
    }

    /// <summary>Makes a backup of three objects without a database.</summary>
    private async Task CreateAsync(params SchemaVersion[] schema)
    {
        using var folder = BackupFolder.Begin(_folder);
        foreach (var key in Objects)
        {
            using var content = new MemoryStream(Encoding.UTF8.GetBytes(key));
            await folder.Objects.PutAsync(key, content, new PutOptions { ContentType = "text/plain" }, CancellationToken.None);
        }

        await File.WriteAllTextAsync(folder.DatabaseFile, "dump");
        Directory.CreateDirectory(folder.KeysFolder);
        await File.WriteAllTextAsync(Path.Combine(folder.KeysFolder, "stack.json"), "{}");
        await folder.WriteInventoryAsync(CancellationToken.None);
        await folder.FinishAsync(folder.Manifest with { Schema = schema }, CancellationToken.None);
    }

    private async Task EditManifestAsync(Action<JsonNode> edit)
    {
        var manifest = JsonNode.Parse(await File.ReadAllTextAsync(Manifest))!;
        edit(manifest);
        await File.WriteAllTextAsync(Manifest, manifest.ToJsonString());
    }
}
