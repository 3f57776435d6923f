using System.Text.Json;
using MangaMotion.Comics.Script;
using MangaMotion.Contracts.Videos.V1;
using MangaMotion.Jobs;
using Npgsql;

namespace MangaMotion.VideoPipeline.Film;

/// <summary>Reads what the workers of a stage need of their video.</summary>
internal sealed class FilmReader(NpgsqlDataSource database)
{
    private const string Film = "select script::text, options::text from videos where id = $1";

    private const string Speech =
        "select s.shot_id, j.result::text from shots s join jobs j on j.id = s.speech_id where s.video_id = $1 and j.status = 'DONE'";

    private const string Segments =
        "select j.result::text from segments s join jobs j on j.id = s.film_id where s.video_id = $1 and j.status = 'DONE' order by s.position";

    /// <summary>The command with which the video was submitted.</summary>
    public async Task<StartVideo> ReadStartAsync(Guid video, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select input::text from jobs where id = $1");
        command.Parameters.Add(new() { Value = video });
        return await command.ExecuteScalarAsync(cancellationToken) is string input
            ? Read<StartVideo>(input)
            : throw new PermanentJobException("unknown_video", "The video was deleted.");
    }

    public async Task<FilmMaterial> ReadFilmAsync(Guid video, CancellationToken cancellationToken)
    {
        await using var batch = database.CreateBatch();
        foreach (var sql in (string[])[Film, Speech, Segments])
            batch.BatchCommands.Add(new(sql) { Parameters = { new() { Value = video } } });
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        if (!await row.ReadAsync(cancellationToken))
            throw new PermanentJobException("unknown_video", "The video was deleted.");
        var (script, options) = (Read<VideoScript>(row.GetString(0)), Read<VideoOptions>(row.GetString(1)));

        await row.NextResultAsync(cancellationToken);
        var speech = new Dictionary<string, SpeechResult>(StringComparer.Ordinal);
        while (await row.ReadAsync(cancellationToken))
            speech[row.GetString(0)] = Read<SpeechResult>(row.GetString(1));

        await row.NextResultAsync(cancellationToken);
        var segments = new List<SegmentResult>();
        while (await row.ReadAsync(cancellationToken))
            segments.Add(Read<SegmentResult>(row.GetString(0)));
        return new(script, options, speech, segments);
    }

    private static T Read<T>(string json) => JsonSerializer.Deserialize<T>(json, VideoJson.Options)
        ?? throw new JsonException($"A row of a video holds null where a {typeof(T).Name} belongs.");
}

/// <param name="Speech">By shot id.</param>
/// <param name="Segments">In the order of the video.</param>
internal sealed record FilmMaterial(
    VideoScript Script, VideoOptions Options, IReadOnlyDictionary<string, SpeechResult> Speech, IReadOnlyList<SegmentResult> Segments);
