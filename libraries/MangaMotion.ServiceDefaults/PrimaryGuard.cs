using System.Globalization;
using MangaMotion.Messaging.Postgres;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace MangaMotion.ServiceDefaults;

/// <summary>
/// Keeps a service off a former primary. With several hosts, Npgsql takes the first that is not in recovery, which after a failover can be
/// the old primary that was frozen or cut off; what is committed there is lost. A promotion raises the timeline, so a server of an older
/// timeline than the highest seen is rejected. This cannot replace fencing: a service that starts later has seen no timeline.
/// </summary>
internal sealed class PrimaryGuard(TimeProvider clock, ILogger<PrimaryGuard> logger) : BackgroundService
{
    /// <summary>
    /// Reads the timeline from the name of the current WAL file; null on a standby. The control file lags behind a promotion.
    /// </summary>
    private const string ReadTimeline =
        "select case when not pg_is_in_recovery() then left(pg_walfile_name(pg_current_wal_lsn()), 8) end";

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(3);

    private readonly Lock _lock = new();
    private NpgsqlMultiHostDataSource? _database;
    private string[] _hosts = [];
    private uint _highest;

    /// <summary>Builds a data source for several hosts whose new connections are checked.</summary>
    public NpgsqlDataSource Build(NpgsqlDataSourceBuilder builder)
    {
        builder.UsePhysicalConnectionInitializer(
            _ => throw new NotSupportedException("Connections are opened asynchronously."), CheckAsync);
        _hosts = CreateSingleHostStrings(builder.ConnectionString);
        return _database = builder.BuildMultiHost();
    }

    /// <summary>Asks every host, because a service with idle connections to a former primary would not see the new one.</summary>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (_hosts.Length == 0)
            return;
        using var timer = new PeriodicTimer(Interval, clock);
        do
        {
            await Task.WhenAll(_hosts.Select(host => AskAsync(host, stoppingToken)));
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private static string[] CreateSingleHostStrings(string connectionString) =>
    [
        .. DatabaseHosts.Split(new(connectionString)).Select(host => new NpgsqlConnectionStringBuilder(connectionString)
        {
            Host = host, TargetSessionAttributes = null, Pooling = false, Timeout = 2, CommandTimeout = 2,
        }.ConnectionString),
    ];

    private async Task AskAsync(string connectionString, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = new NpgsqlConnection(connectionString);
            await connection.OpenAsync(cancellationToken);
            Observe(await ReadTimelineAsync(connection), connection);
        }
        catch (Exception exception) when (DatabaseOutage.Is(exception) && !cancellationToken.IsCancellationRequested)
        {
            // Health checks and the users of the database report a host that is away.
        }
    }

    private async Task CheckAsync(NpgsqlConnection connection)
    {
        var timeline = await ReadTimelineAsync(connection);
        if (!Observe(timeline, connection))
        {
            throw new NpgsqlException(
                $"{connection.Host}:{connection.Port} is a former primary of timeline {timeline}; the primary has timeline {_highest}. "
                + "Stop the former primary, and make it a standby before it starts again.");
        }
    }

    private static async Task<uint> ReadTimelineAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand(ReadTimeline, connection);
        return await command.ExecuteScalarAsync() is string timeline
            ? uint.Parse(timeline, NumberStyles.HexNumber, CultureInfo.InvariantCulture)
            : 0;
    }

    /// <summary>Closes idle connections when a higher timeline is seen; those in use are closed when they are returned.</summary>
    /// <param name="timeline">0 for a standby.</param>
    /// <returns>False if the server is a former primary.</returns>
    private bool Observe(uint timeline, NpgsqlConnection connection)
    {
        lock (_lock)
        {
            if (timeline is 0 || timeline == _highest)
                return true;
            if (timeline < _highest)
                return false;
            var before = _highest;
            _highest = timeline;
            if (before == 0)
                return true;
            logger.LogWarning("{Host}:{Port} is the primary of the database now (timeline {Timeline}, before {Before})",
                connection.Host, connection.Port, timeline, before);
        }

        _database?.Clear();
        return true;
    }
}
