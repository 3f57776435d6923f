using MangaMotion.Messaging.Postgres.Schema;
using MangaMotion.TestSupport;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace MangaMotion.Messaging.Postgres.Conformance;

public sealed class SchemaTests(TestStack stack)
{
    [Fact]
    public async Task Many_instances_may_migrate_at_once_and_each_script_is_applied_once()
    {
        await using var database = await stack.CreateDatabaseAsync();
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => MigrateAsync(source)));

        await using var command = source.CreateCommand("SELECT string_agg(set_name || ' ' || name, ',') FROM schema_versions");
        (await command.ExecuteScalarAsync()).ShouldBe("messaging 0001_outbox.sql");
    }

    [Fact]
    public async Task The_error_names_a_script_that_changed_after_it_was_applied()
    {
        await using var database = await stack.CreateDatabaseAsync();
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        await MigrateAsync(source);
        await using (var command = source.CreateCommand("UPDATE schema_versions SET checksum = 'of another file'"))
            await command.ExecuteNonQueryAsync();

        var refused = await Should.ThrowAsync<SchemaChangedException>(() => MigrateAsync(source));

        refused.Message.ShouldContain("0001_outbox.sql");
        refused.Message.ShouldContain(database.Name);
    }

    [Fact]
    public async Task A_newer_version_of_the_schema_is_not_changed()
    {
        await using var database = await stack.CreateDatabaseAsync();
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        await MigrateAsync(source);
        await using (var command = source.CreateCommand("INSERT INTO schema_versions VALUES ('messaging', 99, '0099_later.sql', 'later')"))
            await command.ExecuteNonQueryAsync();
        await MigrateAsync(source);
    }

    [Fact]
    public async Task A_script_that_cannot_be_rolled_back_waits_for_a_backup_of_the_present_schema()
    {
        await using var database = await stack.CreateDatabaseAsync();
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        await MigrateAsync(source, Pages);
        // As an older version left it.
        await ExecuteAsync(source, "delete from schema_versions where version = 2; alter table pages add column title text");

        var refused = await Should.ThrowAsync<SchemaNotBackedUpException>(() => MigrateAsync(source, Pages));
        refused.Message.ShouldContain("0002_titles.sql");
        refused.Message.ShouldContain("Titles are removed.");
        refused.Message.ShouldContain(database.Name);
        refused.Message.ShouldContain("backup FOLDER");

        await ExecuteAsync(source, "create table schema_backups (taken_at timestamptz primary key)");
        foreach (var old in (string[])["now() - interval '2 days'", "(select max(applied_at) from schema_versions) - interval '1 second'"])
        {
            await ExecuteAsync(source, $"insert into schema_backups values ({old})");
            await Should.ThrowAsync<SchemaNotBackedUpException>(() => MigrateAsync(source, Pages));
        }

        await ExecuteAsync(source, "insert into schema_backups values (now()); insert into pages (number) values (1)");
        await MigrateAsync(source, Pages);
        await MigrateAsync(source, Pages);
        await Should.ThrowAsync<PostgresException>(() => ExecuteAsync(source, "select title from pages"));
    }

    [Fact]
    public async Task An_empty_database_needs_no_backup()
    {
        await using var database = await stack.CreateDatabaseAsync();
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        await MigrateAsync(source, Pages);
        await ExecuteAsync(source, "select number from pages");
    }

    /// <summary>A table with two columns, then a script that removes one of them and cannot be rolled back.</summary>
    private static SchemaScripts Pages { get; } = new("pages", typeof(SchemaTests).Assembly, "pages.");

    private static async Task ExecuteAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private static Task MigrateAsync(NpgsqlDataSource source, SchemaScripts scripts) =>
        SchemaMigrator.MigrateAsync(source, [scripts], NullLogger.Instance, CancellationToken.None);

    private static Task MigrateAsync(NpgsqlDataSource source) =>
        MigrateAsync(source, SchemaScripts.Messaging);
}
