using MangaMotion.Jobs;
using MangaMotion.Messaging.Postgres.Schema;
using MangaMotion.TestSupport;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace MangaMotion.Ingest.Tests;

/// <summary>A database of one test with the tables of jobs and ingests.</summary>
public sealed class IngestDatabase : IAsyncDisposable
{
    private readonly TestDatabase _postgres;

    private IngestDatabase(TestDatabase postgres)
    {
        _postgres = postgres;
        Source = NpgsqlDataSource.Create(postgres.ConnectionString);
    }

    public NpgsqlDataSource Source { get; }

    public static async Task<IngestDatabase> CreateAsync(TestStack stack)
    {
        var database = new IngestDatabase(await stack.CreateDatabaseAsync());
        await SchemaMigrator.MigrateAsync(
            database.Source,
            [
                SchemaScripts.Messaging, new("jobs", typeof(JobsRegistration).Assembly, "MangaMotion.Jobs.Schema."),
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
    }
}
