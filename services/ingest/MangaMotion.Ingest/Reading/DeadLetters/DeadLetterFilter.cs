using MangaMotion.Api;
using Npgsql;
using NpgsqlTypes;

namespace MangaMotion.Ingest.Reading.DeadLetters;

/// <summary>Filter of dead letters; a null property does not restrict.</summary>
internal sealed record DeadLetterFilter
{
    /// <summary>
    /// SQL of dead letters <c>f</c> with their job <c>j</c>, ingest <c>i</c> and asset <c>a</c>, with the parameters of
    /// <see cref="AddParameters"/>.
    /// </summary>
    public const string From =
        """
        from failed_jobs f join jobs j on j.id = f.job_id
          left join ingests i on i.id = j.ingest_id left join assets a on a.id = j.asset_id
        where f.owner_id = any(@owners)
          and (@status is null or f.status = @status)
          and (@type is null or f.job_type = @type)
          and (@error is null or f.error_code = @error or f.error_class = @error)
          and (@collection is null or i.collection = @collection)
          and (@since is null or f.created_at >= @since)
          and (@until is null or f.created_at < @until)
          and (@fingerprint is null or f.fingerprint = @fingerprint)
          and (@text is null or position(lower(@text) in lower(f.last_error)) > 0 or position(lower(@text) in lower(a.name)) > 0
            or f.job_id::text = @text or f.id::text = @text)
          and (@ids is null or f.id = any(@ids))
        """;

    private static readonly Dictionary<string, string> Statuses = new(StringComparer.Ordinal)
    {
        [DeadLetterStatuses.Open] = "FAILED",
        [DeadLetterStatuses.Replaying] = "REPLAYING",
        [DeadLetterStatuses.Resolved] = "RESOLVED",
        [DeadLetterStatuses.FailedAgain] = "FAILED_AGAIN",
    };

    /// <summary>Status as in the table.</summary>
    public string? Status { get; init; }

    public string? Type { get; init; }

    /// <summary>Code or class of the error.</summary>
    public string? Error { get; init; }

    public string? Collection { get; init; }

    public DateTimeOffset? Since { get; init; }

    public DateTimeOffset? Until { get; init; }

    public string? Fingerprint { get; init; }

    /// <summary>Part of the error or of the file's name, or an id.</summary>
    public string? Text { get; init; }

    public Guid[]? Ids { get; init; }

    /// <summary>Translates a status of the API to a status of the table.</summary>
    public static string? ReadStatus(string? name) => name is null ? null : Statuses[name];

    /// <summary>Translates a status of the table to a status of the API.</summary>
    public static string NameStatus(string status) => Statuses.First(pair => pair.Value == status).Key;

    public void AddParameters(NpgsqlParameterCollection parameters, Guid[] owners)
    {
        parameters.AddWithValue("owners", owners);
        Add("status", Status, NpgsqlDbType.Text);
        Add("type", Type, NpgsqlDbType.Text);
        Add("error", Error, NpgsqlDbType.Text);
        Add("collection", Collection, NpgsqlDbType.Text);
        Add("since", Since?.UtcDateTime, NpgsqlDbType.TimestampTz);
        Add("until", Until?.UtcDateTime, NpgsqlDbType.TimestampTz);
        Add("fingerprint", Fingerprint, NpgsqlDbType.Text);
        Add("text", Text, NpgsqlDbType.Text);
        Add("ids", Ids, NpgsqlDbType.Array | NpgsqlDbType.Uuid);

        void Add(string name, object? value, NpgsqlDbType type) => parameters.Add(new(name, type) { Value = value ?? DBNull.Value });
    }
}
