using MangaMotion.Api;
using MangaMotion.ServiceDefaults.Problems;
using Npgsql;
using NpgsqlTypes;

namespace MangaMotion.Ingest.Reading.DeadLetters;

/// <summary>Which dead letters of an owner are meant; what is not set does not restrict.</summary>
internal sealed record DeadLetterFilter
{
    /// <summary>Dead letters <c>f</c> with their job <c>j</c>, ingest <c>i</c> and asset <c>a</c>, restricted by the parameters $1 to $10.</summary>
    public const string From =
        """
        from failed_jobs f join jobs j on j.id = f.job_id
          left join ingests i on i.id = j.ingest_id left join assets a on a.id = j.asset_id
        where f.owner_id = any($1)
          and ($2::text is null or f.status = $2)
          and ($3::text is null or f.job_type = $3)
          and ($4::text is null or f.error_code = $4 or f.error_class = $4)
          and ($5::text is null or i.collection = $5)
          and ($6::timestamptz is null or f.created_at >= $6)
          and ($7::timestamptz is null or f.created_at < $7)
          and ($8::text is null or f.fingerprint = $8)
          and ($9::text is null or position(lower($9) in lower(f.last_error)) > 0 or position(lower($9) in lower(a.name)) > 0
            or f.job_id::text = $9 or f.id::text = $9)
          and ($10::uuid[] is null or f.id = any($10))
        """;

    /// <summary>Parameters that <see cref="From"/> takes; a statement's own come after them.</summary>
    public const int ParameterCount = 10;

    private static readonly Dictionary<string, string> Statuses = new(StringComparer.Ordinal)
    {
        [DeadLetterStatuses.Open] = "FAILED",
        [DeadLetterStatuses.Replaying] = "REPLAYING",
        [DeadLetterStatuses.Resolved] = "RESOLVED",
        [DeadLetterStatuses.FailedAgain] = "FAILED_AGAIN",
    };

    /// <summary>In the database's words.</summary>
    public string? Status { get; init; }

    public string? Type { get; init; }

    /// <summary>The error's code or class.</summary>
    public string? Error { get; init; }

    public string? Collection { get; init; }

    public DateTimeOffset? Since { get; init; }

    public DateTimeOffset? Until { get; init; }

    public string? Fingerprint { get; init; }

    /// <summary>Part of the error or of the file's name, or an id.</summary>
    public string? Text { get; init; }

    public Guid[]? Ids { get; init; }

    /// <summary>The database's word for a status of the API.</summary>
    public static string? StatusOf(string? name) => name is null ? null : Statuses.TryGetValue(name, out var status)
        ? status
        : throw new ProblemException(400, "invalid_status", $"There is no status '{name}'; there are {string.Join(", ", Statuses.Keys)}.");

    /// <summary>The API's word for a status of the database.</summary>
    public static string NameOf(string status) => Statuses.First(pair => pair.Value == status).Key;

    public void AddTo(NpgsqlParameterCollection parameters, Guid[] owners)
    {
        parameters.Add(new() { Value = owners });
        Add(Status, NpgsqlDbType.Text);
        Add(Type, NpgsqlDbType.Text);
        Add(Error, NpgsqlDbType.Text);
        Add(Collection, NpgsqlDbType.Text);
        Add(Since?.UtcDateTime, NpgsqlDbType.TimestampTz);
        Add(Until?.UtcDateTime, NpgsqlDbType.TimestampTz);
        Add(Fingerprint, NpgsqlDbType.Text);
        Add(Text, NpgsqlDbType.Text);
        Add(Ids, NpgsqlDbType.Array | NpgsqlDbType.Uuid);

        void Add(object? value, NpgsqlDbType type) => parameters.Add(new() { Value = value ?? DBNull.Value, NpgsqlDbType = type });
    }
}
