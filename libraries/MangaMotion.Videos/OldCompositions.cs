using System.Data;
using Npgsql;

namespace MangaMotion.Videos;

/// <summary>Compositions of edited videos that a newer one has replaced.</summary>
public static class OldCompositions
{
    /// <summary>
    /// Deletes the parts of replaced compositions, in a transaction of the caller. A video that is being made, or whose newer composition
    /// failed, keeps the one before.
    /// </summary>
    /// <param name="before">Only videos that were finished before this time, so that no link to the older files is valid any more.</param>
    /// <param name="limit">Maximum number of parts.</param>
    /// <returns>Keys of their files. No row names them after the commit.</returns>
    public static async Task<IReadOnlyList<string>> TakeAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, DateTimeOffset before, int limit, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(VideoSql.TakeOldCompositions, connection, transaction)
        {
            Parameters =
            {
                new NpgsqlParameter<string>("whole_type", VideoJobs.Video.Name),
                new NpgsqlParameter<string>("part_type", VideoJobs.Compositing.Name),
                new NpgsqlParameter<DateTimeOffset>("before", before.ToUniversalTime()),
                new NpgsqlParameter<int>("limit", limit),
            },
        };
        var keys = new List<string>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
            keys.Add(row.GetString("key"));
        return keys;
    }
}
