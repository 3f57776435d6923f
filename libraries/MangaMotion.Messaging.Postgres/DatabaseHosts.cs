using Npgsql;

namespace MangaMotion.Messaging.Postgres;

/// <summary>
/// The hosts of a connection string: one, or several that are separated by commas, each with a port of its own or the common one.
/// </summary>
public static class DatabaseHosts
{
    public static IReadOnlyList<string> Split(NpgsqlConnectionStringBuilder connection) => connection.Host?.Split(',') ?? [];

    /// <summary>Describes the hosts as <c>host:port</c> or <c>host:port,host:port</c>.</summary>
    public static string Describe(NpgsqlConnectionStringBuilder connection) => string.Join(
        ',', Split(connection).Select(host => host.Contains(':', StringComparison.Ordinal) ? host : $"{host}:{connection.Port}"));
}
