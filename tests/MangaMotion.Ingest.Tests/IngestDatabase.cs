using MangaMotion.Jobs;
using MangaMotion.Messaging.Postgres.Schema;
using MangaMotion.RecordStore;
using MangaMotion.TestSupport;
using MangaMotion.Videos;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace MangaMotion.Ingest.Tests;

/// <summary>Database of one test with the tables of jobs and ingests.</summary>
public sealed class IngestDatabase : IAsyncDisposable
{
    private readonly TestDatabase _postgres;

    private readonly string? _account;

    private IngestDatabase(TestDatabase postgres, string? account)
    {
        _postgres = postgres;
        _account = account;
        Source = NpgsqlDataSource.Create(As(postgres.ConnectionString, account));
    }

    public NpgsqlDataSource Source { get; }

    /// <param name="account">
    /// Owner of the tables: an account that is created for the test and may create only tables, or null for the superuser.
    /// </param>
    public static async Task<IngestDatabase> CreateAsync(TestStack stack, string? account = null)
    {
        var postgres = await stack.CreateDatabaseAsync();
        if (account is not null)
            await ExecuteAsync(
                postgres.ConnectionString, $"create role {account} login; grant usage, create on schema public to {account}");
        var database = new IngestDatabase(postgres, account);
        await SchemaMigrator.MigrateAsync(
            database.Source,
            [
                SchemaScripts.Messaging, new("jobs", typeof(JobsRegistration).Assembly, "MangaMotion.Jobs.Schema."),
                new("videos", typeof(VideosRegistration).Assembly, "MangaMotion.Videos.Schema."),
                // The record store creates a schema, which a restricted account may not.
                .. account is null
                    ? [new SchemaScripts("records", typeof(RecordStoreRegistration).Assembly, "MangaMotion.RecordStore.Schema.")]
                    : Array.Empty<SchemaScripts>(),
                new("ingest", typeof(IngestRegistration).Assembly, "MangaMotion.Ingest.Schema."),
            ],
            NullLogger.Instance,
            CancellationToken.None);
        return database;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = Source.CreateCommand(sql);
        command.CommandTimeout = 300;
        await command.ExecuteNonQueryAsync();
    }

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = Source.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        await _postgres.DisposeAsync();
        if (_account is not null)
            await ExecuteAsync(
                new NpgsqlConnectionStringBuilder(_postgres.ConnectionString) { Database = "postgres" }.ConnectionString,
                $"drop role {_account}");
    }

    private static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connectionString + ";Pooling=false");
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private static string As(string connectionString, string? account)
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString);
        builder.Username = account ?? builder.Username;
        return builder.ConnectionString;
    }
}
