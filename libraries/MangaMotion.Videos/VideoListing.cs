using System.Data;
using Npgsql;

namespace MangaMotion.Videos;

/// <summary>Videos to list; a null value does not restrict.</summary>
/// <param name="Statuses">Statuses of the job.</param>
/// <param name="State">State of the saga.</param>
/// <param name="Search">Id of a video or of its ingest, in lower case.</param>
/// <param name="Pattern">Pattern of <c>ilike</c> for the title and the collection; set together with <paramref name="Search"/>.</param>
public sealed record VideoListFilter(
    Guid[] Owners, string[] Statuses, string? State, string? Collection, string? Search, string? Pattern);

/// <summary>A video as lists show it.</summary>
/// <param name="ShotFlags">Flag of each shot; null for a shot without one.</param>
/// <param name="PanelPage">Number of the first page with a panel; null before the pages are read.</param>
public sealed record VideoListRow(
    Guid Id, Guid OwnerId, Guid? IngestId, string? Collection, string? Title, string Status, string State, int Progress, double? EtaSeconds,
    string? Error, IReadOnlyList<string?> ShotFlags, bool HasPoster, int? PanelPage, DateTimeOffset CreatedAt, DateTimeOffset? FinishedAt);

/// <summary>Lists the videos of owners, newest first. Ids are UUIDs of version 7, which sort by time.</summary>
public sealed class VideoListing(NpgsqlDataSource database)
{
    /// <param name="before">Only videos with a smaller id.</param>
    public async Task<List<VideoListRow>> ListAsync(VideoListFilter filter, Guid before, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(VideoSql.List);
        command.Parameters.Add(new NpgsqlParameter<Guid[]>("owners", filter.Owners));
        command.Parameters.Add(new NpgsqlParameter<string[]>("statuses", filter.Statuses));
        command.Parameters.Add(new NpgsqlParameter<Guid>("before", before));
        command.Parameters.Add(Text("state", filter.State));
        command.Parameters.Add(Text("collection", filter.Collection));
        command.Parameters.Add(Text("search", filter.Search));
        command.Parameters.Add(Text("pattern", filter.Pattern));
        command.Parameters.Add(new NpgsqlParameter<int>("limit", limit));
        var videos = new List<VideoListRow>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            videos.Add(new(
                row.GetGuid("id"), row.GetGuid("owner_id"), row.GetFieldValue<Guid?>("ingest_id"), GetText(row, "collection"),
                GetText(row, "title"), row.GetString("status"), GetText(row, "state") ?? VideoStates.Initial, row.GetInt32("progress"),
                row.GetFieldValue<double?>("eta_seconds"), GetText(row, "last_error"),
                row.IsDBNull("shot_flags") ? [] : row.GetFieldValue<string?[]>("shot_flags"),
                row.GetFieldValue<bool?>("has_poster") == true, row.GetFieldValue<int?>("panel_page"),
                row.GetFieldValue<DateTimeOffset>("created_at"), row.GetFieldValue<DateTimeOffset?>("finished_at")));
        }

        return videos;
    }

    private static NpgsqlParameter Text(string name, string? value) =>
        new(name, NpgsqlTypes.NpgsqlDbType.Text) { Value = string.IsNullOrEmpty(value) ? DBNull.Value : value };

    private static string? GetText(NpgsqlDataReader row, string column) => row.IsDBNull(column) ? null : row.GetString(column);
}
