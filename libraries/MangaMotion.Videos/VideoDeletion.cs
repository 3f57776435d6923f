using Npgsql;

namespace MangaMotion.Videos;

/// <summary>Prepares the deletion of videos, whose rows go with their jobs.</summary>
public static class VideoDeletion
{
    /// <summary>Locks the rows of videos in a transaction of the caller, before it locks their jobs, as the saga does.</summary>
    public static async Task LockAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, Guid[] videos, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(VideoSql.LockAll, connection, transaction)
        {
            Parameters = { new NpgsqlParameter<Guid[]>("video_ids", videos) },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
