using System.Text.Json;
using MangaMotion.Api;
using MangaMotion.Comics.Script;
using Npgsql;

namespace MangaMotion.Ingest.Reading.Videos;

/// <summary>Reads a video with its stages and shots, in one round trip.</summary>
public sealed class VideoQuery(NpgsqlDataSource database)
{
    private const string Video =
        """
        select j.status, v.state, j.progress, j.last_error, j.result::text, j.ingest_id, j.created_at, j.finished_at, v.script::text,
          -- Seconds by the pace so far.
          extract(epoch from clock_timestamp() - j.started_at) / nullif(j.progress, 0) * (100 - j.progress)
        from jobs j left join videos v on v.id = j.id
        where j.id = $1 and j.owner_id = $2 and j.type = 'video'
        """;

    private const string Stages =
        """
        select s.stage, case when s.status = 'PROCESSING' and j.status = 'FAILED' then 'FAILED' else s.status end,
          case when s.status = 'DONE' then 100 when s.total > 1 then 100 * s.done / s.total
            -- A stage of one part: its own report is of the whole video.
            else least(100, greatest(0, coalesce(part.progress, 0) - 25 * s.position) * 4) end,
          s.done, s.total, s.started_at, s.finished_at
        from stages s join jobs j on j.id = s.video_id left join jobs part on part.id = s.part_id
        where s.video_id = $1 order by s.position
        """;

    private const string Shots =
        """
        select s.shot_id, coalesce(film.status, speech.status, 'UPLOADED'), coalesce(film.last_error, speech.last_error),
          coalesce((film.result ->> 'draft')::bool, false) or coalesce((speech.result ->> 'draft')::bool, false)
        from shots s left join jobs film on film.id = s.film_id left join jobs speech on speech.id = s.speech_id
        where s.video_id = $1
        """;

    private const string Panels =
        """
        select (page ->> 'number')::int, (panel ->> 'x')::int, (panel ->> 'y')::int, (panel ->> 'width')::int, (panel ->> 'height')::int, n::int
        from videos v, jsonb_array_elements(v.pages) page, jsonb_array_elements(page -> 'panels') with ordinality as found (panel, n)
        where v.id = $1
        """;

    private const string Script = "select v.script::text from videos v join jobs j on j.id = v.id where j.id = $1 and j.owner_id = $2";

    private const string File =
        """
        select file ->> 'key' from jobs j, jsonb_array_elements(j.result -> 'files') file
        where j.id = $1 and j.owner_id = $2 and j.type = 'video' and j.status = 'DONE' and file ->> 'variant' = $3
        """;

    private const string Page =
        """
        select page ->> 'key' from videos v join jobs j on j.id = v.id, jsonb_array_elements(v.pages) page
        where j.id = $1 and j.owner_id = $2 and (page ->> 'number')::int = $3
        """;

    private const string Thumbnail =
        """
        select page -> 'panels' -> $4 ->> 'key' from videos v join jobs j on j.id = v.id, jsonb_array_elements(v.pages) page
        where j.id = $1 and j.owner_id = $2 and (page ->> 'number')::int = $3
        """;

    public async Task<VideoStatus?> FindAsync(Guid id, Guid ownerId, CancellationToken cancellationToken)
    {
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(new(Video) { Parameters = { new() { Value = id }, new() { Value = ownerId } } });
        batch.BatchCommands.Add(new(Stages) { Parameters = { new() { Value = id } } });
        batch.BatchCommands.Add(new(Shots) { Parameters = { new() { Value = id } } });
        batch.BatchCommands.Add(new(Panels) { Parameters = { new() { Value = id } } });
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        if (!await row.ReadAsync(cancellationToken))
            return null;
        var status = row.GetString(0);
        var script = Text(row, 8) is { } json ? ReadScript(json) : null;
        double? eta = status == "PROCESSING" && !row.IsDBNull(9) ? Math.Round((double)row.GetDecimal(9), 1) : null;
        var video = new VideoStatus(
            id, status, StateOf(Text(row, 1)), row.GetInt16(2), eta, Text(row, 3), [], [], status == "DONE" && Text(row, 4) is { } result ? Results(id, result) : null)
        {
            Title = script?.Title,
            Direction = Name(script?.Direction),
            DirectionFrom = Name(script?.DirectionFrom),
            Language = script?.Language,
            LanguageFrom = Name(script?.LanguageFrom),
            Notes = script?.Notes ?? [],
            IngestId = row.IsDBNull(5) ? null : row.GetGuid(5),
            CreatedAt = row.GetFieldValue<DateTimeOffset>(6),
            FinishedAt = Time(row, 7),
        };

        await row.NextResultAsync(cancellationToken);
        var stages = new List<VideoStage>(4);
        while (await row.ReadAsync(cancellationToken))
            stages.Add(new(row.GetString(0), row.GetString(1), row.GetInt32(2), row.GetInt32(3), row.GetInt32(4), Time(row, 5), Time(row, 6)));

        await row.NextResultAsync(cancellationToken);
        var made = new Dictionary<string, (string Status, string? Error, bool Draft)>(StringComparer.Ordinal);
        while (await row.ReadAsync(cancellationToken))
            made[row.GetString(0)] = (row.GetString(1), Text(row, 2), row.GetBoolean(3));

        await row.NextResultAsync(cancellationToken);
        var found = new Dictionary<(int Page, ShotPanel Panel), string>();
        while (await row.ReadAsync(cancellationToken))
            found[(row.GetInt32(0), new(row.GetInt32(1), row.GetInt32(2), row.GetInt32(3), row.GetInt32(4)))] = $"/api/v1/videos/{id}/pages/{row.GetInt32(0)}/panels/{row.GetInt32(5)}";

        var shots = script?.Shots.Select(shot => ShotOf(id, shot, made.GetValueOrDefault(shot.Id, ("UPLOADED", null, false)))).ToArray() ?? [];
        // By its box: what an edit changed has no picture of what it was.
        return video with { Stages = stages, Shots = [.. shots.Select(shot => shot with { ThumbnailUrl = found.GetValueOrDefault((shot.Page, shot.Panel)) })] };
    }

    /// <summary>The script; null where there is none (yet), or it is not the owner's.</summary>
    public async Task<VideoScript?> FindScriptAsync(Guid id, Guid ownerId, CancellationToken cancellationToken) =>
        await ScalarAsync(Script, [id, ownerId], cancellationToken) is { } json ? ReadScript(json) : null;

    /// <summary>Key of a result of a video that is done.</summary>
    public Task<string?> FindFileAsync(Guid id, Guid ownerId, string variant, CancellationToken cancellationToken) =>
        ScalarAsync(File, [id, ownerId, variant], cancellationToken);

    /// <summary>Key of the picture of a page.</summary>
    public Task<string?> FindPageAsync(Guid id, Guid ownerId, int page, CancellationToken cancellationToken) =>
        ScalarAsync(Page, [id, ownerId, page], cancellationToken);

    /// <summary>Key of the thumbnail of a panel as it was found.</summary>
    /// <param name="panel">From 1, in reading order.</param>
    public Task<string?> FindThumbnailAsync(Guid id, Guid ownerId, int page, int panel, CancellationToken cancellationToken) =>
        ScalarAsync(Thumbnail, [id, ownerId, page, panel - 1], cancellationToken);

    private async Task<string?> ScalarAsync(string sql, object[] parameters, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(sql);
        foreach (var value in parameters)
            command.Parameters.Add(new() { Value = value });
        return await command.ExecuteScalarAsync(cancellationToken) as string;
    }

    private static VideoShot ShotOf(Guid video, ScriptShot shot, (string Status, string? Error, bool Draft) made) => new(
        shot.Id, shot.Page, new(shot.Panel.X, shot.Panel.Y, shot.Panel.Width, shot.Panel.Height), shot.Confidence, shot.Line, shot.Speaker,
        Name(shot.Flag), made.Status, made.Draft || shot.Draft, made.Error, $"/api/v1/videos/{video}/pages/{shot.Page}");

    private static VideoResults? Results(Guid id, string json)
    {
        var result = JsonElement.Parse(json);
        return result.TryGetProperty("files", out _)
            ? new(result.GetProperty("seconds").GetDouble(), result.GetProperty("draft").GetBoolean(), Link("video"), Link("subtitles"), Link("transcript"), Link("poster"))
            : null;

        string Link(string variant) => $"/api/v1/videos/{id}/{variant}";
    }

    private static VideoScript ReadScript(string json) => ScriptJson.Read(System.Text.Encoding.UTF8.GetBytes(json));

    private static string StateOf(string? state) => state is null or "Initial" ? "accepted" : JsonNamingPolicy.SnakeCaseLower.ConvertName(state);

    /// <summary>The value as the script's JSON has it.</summary>
    private static string? Name<T>(T? value)
        where T : struct, Enum => value is { } named ? JsonSerializer.SerializeToElement(named, ScriptJson.Options).GetString() : null;

    private static string? Text(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static DateTimeOffset? Time(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);
}
