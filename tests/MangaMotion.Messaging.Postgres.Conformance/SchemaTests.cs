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

    private static Task MigrateAsync(NpgsqlDataSource source) =>
        SchemaMigrator.MigrateAsync(source, [SchemaScripts.Messaging], NullLogger.Instance, CancellationToken.None);
}
