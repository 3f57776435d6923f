using MangaMotion.Ingest;
using MangaMotion.Ingest.Reading.Ingests;
using MangaMotion.Jobs;
using MangaMotion.Jobs.Claims;
using MangaMotion.Jobs.Stats;
using MangaMotion.LocalStack;
using MangaMotion.Messaging.Postgres.Schema;
using MangaMotion.ServiceDefaults.Jobs;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace MangaMotion.Benchmarks.Jobs;

/// <summary>A database with a number of waiting jobs, and the code of the services on one connection to it.</summary>
internal sealed class ScaleLevel : IAsyncDisposable
{
    private const int FilesPerIngest = 100;
    private const int Owners = 100;

    /// <summary>Ingests whose status is read, as their callers ask again and again.</summary>
    private const int Watched = 10;

    // Jobs of 100 owners, accepted one a millisecond until now. The triggers are off: the counts are written here, already folded.
    private const string Fill =
        """
        set session_replication_role = replica;
        create function pg_temp.id(at bigint, number bigint) returns uuid language sql as $$
            select (lpad(to_hex(at), 12, '0') || '7' || lpad(to_hex(number % 4096), 3, '0') || '8'
                || substr(md5(number::text), 1, 15))::uuid
        $$;
        create temporary table filled as
        select number, pg_temp.id(ended - total + number, number) as id, number / files as ingest, number % files as position,
            md5('ingest' || number / files)::uuid as ingest_id, md5('owner' || number / files % owners)::uuid as owner_id,
            md5('asset' || number)::uuid as asset_id, now() - make_interval(secs => (total - number) / 1000.0) as at
        from (select @waiting::bigint as total, @files::bigint as files, @owners::bigint as owners,
            (extract(epoch from now()) * 1000)::bigint as ended) run, generate_series(0, @waiting - 1) as number;
        insert into ingests (id, owner_id, lane) select ingest_id, owner_id, 'normal' from filled where position = 0;
        insert into assets (id, ingest_id, owner_id, position, name, key, size, sha256, media_type)
        select asset_id, ingest_id, owner_id, position, 'a.jpg', 'originals/' || ingest_id || '/' || position, 1000000, md5(id::text),
            'image/jpeg'
        from filled order by number;
        insert into jobs (id, owner_id, ingest_id, asset_id, type, lane, bulk, max_attempts, input, created_at, updated_at)
        select id, owner_id, ingest_id, asset_id, 'no-op', 'normal', ingest >= @owners or position >= 16, 3,
            jsonb_build_object('jobId', id, 'inputKey', 'originals/' || ingest_id || '/' || position), at, at
        from filled order by number;
        insert into job_counts select ingest_id, owner_id, 'no-op', @files, 0, 0, 0, 0 from filled where position = 0;
        """;

    private readonly WebApplication _app;
    private readonly NpgsqlDataSource _database;
    private readonly IngestStatusQuery _statuses;
    private readonly Queue<Guid> _waiting = new();
    private readonly Queue<Claim> _running = new();
    private readonly List<(Guid Ingest, Guid Owner)> _watched = [];
    private int _accepted;
    private int _read;

    private ScaleLevel(WebApplication app, int waiting)
    {
        _app = app;
        _database = app.Services.GetRequiredService<NpgsqlDataSource>();
        _statuses = new(_database, app.Services.GetRequiredService<JobPaces>());
        Waiting = waiting;
    }

    /// <summary>Number of waiting jobs at the start.</summary>
    public int Waiting { get; }

    public static async Task<ScaleLevel> CreateAsync(ServerStack servers, int waiting, CancellationToken cancellationToken)
    {
        var name = $"scale_{waiting}";
        await using (var server = NpgsqlDataSource.Create(servers.Postgres.ConnectionString))
        {
            // The vacuum below is the last one, so that none runs beside a measurement.
            await ExecuteAsync(server, "alter system set autovacuum = off", cancellationToken);
            await ExecuteAsync(server, "select pg_reload_conf()", cancellationToken);
            await ExecuteAsync(server, $"create database {name}", cancellationToken);
        }

        // One connection, because a session counts the pages that it reads. Commits do not wait for the disk.
        var connection = $"{servers.Postgres.ConnectionStringTo(name)};Maximum Pool Size=1;Options=-c synchronous_commit=off";
        var app = JobNode.Build(connection, servers.Rabbit.AmqpUri.ToString(), builder =>
        {
            builder.AddJobWorker<NoOpConsumer, NoOp>(NoOp.Type, retryDelay: TimeSpan.FromSeconds(1));
            builder.Services.AddSingleton(new NoOpStarts());
        });
        var level = new ScaleLevel(app, waiting);
        await level.FillAsync(servers.Postgres.ConnectionStringTo(name), cancellationToken);
        return level;
    }

    public async Task AcceptAsync(CancellationToken cancellationToken)
    {
        var job = NoOp.Create(_watched[_accepted++ % Watched].Owner);
        await using var batch = _database.CreateBatch();
        await _app.Services.GetRequiredService<JobIntake>().AppendAsync(batch, [job], cancellationToken);
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Claims the oldest waiting job.</summary>
    public async Task ClaimAsync()
    {
        var answer = await _app.Services.GetRequiredService<JobClaims>().ClaimAsync(_waiting.Dequeue());
        _running.Enqueue(answer.Claim ?? throw new InvalidOperationException($"The job was not claimed: {answer.Outcome}."));
    }

    public async Task CompleteAsync()
    {
        if (!await _app.Services.GetRequiredService<JobClaims>().CompleteAsync(_running.Dequeue(), """{"attempt":1}"""))
            throw new InvalidOperationException("The result was refused.");
    }

    public async Task ReadStatusAsync(CancellationToken cancellationToken)
    {
        var (ingest, owner) = _watched[_read++ % Watched];
        var status = await _statuses.FindAsync(ingest, owner, null, IngestStatusQuery.DefaultPageSize, cancellationToken);
        if (status?.Assets.Count != FilesPerIngest)
            throw new InvalidOperationException("The status has not all files.");
    }

    /// <summary>Reads the pages that the session has read so far, and the length of the write-ahead log.</summary>
    public async Task<(long Pages, long LogBytes)> ReadUsageAsync(CancellationToken cancellationToken)
    {
        await ExecuteAsync(_database, "select pg_stat_force_next_flush()", cancellationToken);
        return (
            await ReadAsync<long>(
                "select blks_hit + blks_read from pg_stat_database where datname = current_database()", cancellationToken),
            await ReadAsync<long>("select (pg_current_wal_insert_lsn() - '0/0')::bigint", cancellationToken));
    }

    /// <summary>Reads the size of the jobs with their indexes, for each job.</summary>
    public async Task<double> ReadBytesPerJobAsync(CancellationToken cancellationToken) =>
        await ReadAsync<double>("select pg_total_relation_size('jobs') / count(*)::float8 from jobs", cancellationToken);

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task FillAsync(string connectionString, CancellationToken cancellationToken)
    {
        await using var database = NpgsqlDataSource.Create(connectionString);
        SchemaScripts[] sets =
        [
            SchemaScripts.Messaging, new("jobs", typeof(JobIntake).Assembly, "MangaMotion.Jobs.Schema."),
            new("ingest", typeof(IngestRegistration).Assembly, "MangaMotion.Ingest.Schema."),
        ];
        await SchemaMigrator.MigrateAsync(database, sets, NullLogger.Instance, cancellationToken);
        await using (var fill = database.CreateCommand(Fill))
        {
            fill.CommandTimeout = 0;
            fill.Parameters.AddWithValue("waiting", (long)Waiting);
            fill.Parameters.AddWithValue("files", (long)FilesPerIngest);
            fill.Parameters.AddWithValue("owners", (long)Owners);
            await fill.ExecuteNonQueryAsync(cancellationToken);
        }

        await ExecuteAsync(database, "vacuum analyze", cancellationToken);
        await ExecuteAsync(database, "checkpoint", cancellationToken);
        await using (var oldest = _database.CreateCommand("select id from jobs where status = 'UPLOADED' order by id limit 5000"))
        await using (var reader = await oldest.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
                _waiting.Enqueue(reader.GetGuid(0));
        }

        // The last ingest of each tenth of all. The jobs of the first tenth are claimed meanwhile.
        await using var choose = _database.CreateCommand(
            """
            select id, owner_id
            from (select id, owner_id, row_number() over (order by ctid) as number, count(*) over () as total from ingests) i
            where number % (total / @watched) = 0 order by number
            """);
        choose.Parameters.AddWithValue("watched", (long)Watched);
        await using var chosen = await choose.ExecuteReaderAsync(cancellationToken);
        while (await chosen.ReadAsync(cancellationToken))
            _watched.Add((chosen.GetGuid(0), chosen.GetGuid(1)));
    }

    private async Task<T> ReadAsync<T>(string statement, CancellationToken cancellationToken)
    {
        await using var command = _database.CreateCommand(statement);
        return (T)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static async Task ExecuteAsync(NpgsqlDataSource database, string statement, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(statement);
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
