using System.Text.Json;
using MangaMotion.Api;
using MangaMotion.Contracts.Videos.V1;
using MangaMotion.Ingest.Accepting.Idempotency;
using MangaMotion.Ingest.Accepting.Ingests;
using MangaMotion.Ingest.Accepting.Quotas;
using MangaMotion.Ingest.Api;
using MangaMotion.Jobs;
using MangaMotion.Messaging.Postgres.Outbox;
using MangaMotion.ServiceDefaults.Problems;
using MangaMotion.Videos;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using Npgsql;

namespace MangaMotion.Ingest.Accepting.Videos;

/// <summary>Accepts a video: a chapter that comes with the request, or the files of an ingest that is there already.</summary>
public sealed class VideoAcceptor(
    UploadReader uploads, IngestAcceptor ingests, JobIntake jobs, IOutbox outbox, NpgsqlDataSource database, OwnerQuotas quotas,
    IOptions<IngestOptions> options, IOptions<JsonOptions> json)
{
    private const string Operation = "POST /videos";

    private const string FilesOf =
        "select id, name, key, size, sha256, media_type from assets where ingest_id = $1 and owner_id = $2 order by position";

    private readonly JsonSerializerOptions _json = json.Value.SerializerOptions;

    /// <param name="idempotent">The request's idempotency key; null where it has none.</param>
    public async Task<JsonAnswer> AcceptAsync(HttpRequest request, Guid ownerId, IdempotentRequest? idempotent, CancellationToken cancellationToken)
    {
        using var fingerprint = new Fingerprint(Operation);
        if (idempotent is { IsRepeated: true })
        {
            await ReadAsync(request, newIngest: null, [], fingerprint, cancellationToken);
            return idempotent.Repeat(request.HttpContext.Response, fingerprint);
        }

        var newIngest = Guid.CreateVersion7();
        var stored = new List<UploadedFile>();
        try
        {
            var (fields, reference) = await ReadAsync(request, newIngest, stored, fingerprint, cancellationToken);
            var (videoId, ingestId) = (Guid.CreateVersion7(), reference ?? newIngest);
            var files = reference is null ? stored : await FindFilesAsync(ingestId, ownerId, cancellationToken);
            var answer = AnswerOf(videoId, ingestId, files);
            await CommitAsync(videoId, ingestId, ownerId, fields, files, batch =>
            {
                if (reference is null)
                {
                    batch.Add(IngestAcceptor.IngestRow(ingestId, ownerId, fields));
                    batch.Add(IngestAcceptor.AssetRows(ingestId, ownerId, files));
                    if (quotas.Use(ownerId, files.Sum(file => file.Size)) is { } use)
                        batch.Add(use);
                }

                if (idempotent is not null)
                    batch.Add(idempotent.Answer(fingerprint, answer));
            }, cancellationToken);
            return answer;
        }
        catch (PostgresException exception) when (IdempotentRequest.IsLost(exception))
        {
            await ingests.TakeBackAsync(stored);
            throw IdempotencyKeys.InUse();
        }
        catch (Exception exception) when (exception is not NpgsqlException || exception is PostgresException { InvariantSeverity: "ERROR" })
        {
            // Not after a broken or ended connection: the commit may have happened unheard, and the files belong to it then.
            await ingests.TakeBackAsync(stored);
            throw;
        }
    }

    /// <param name="newIngest">Of the files that come with the request; null: nothing is stored, the request is only read for its fingerprint.</param>
    /// <returns>The fields, and the ingest that the request names; null where its files came with it.</returns>
    private async Task<(VideoRequest Fields, Guid? Reference)> ReadAsync(
        HttpRequest request, Guid? newIngest, List<UploadedFile> stored, Fingerprint fingerprint, CancellationToken cancellationToken)
    {
        var fields = new VideoRequest();
        if (request.HasJsonContentType())
            return (fields, await ReadReferenceAsync(request, fields, fingerprint, cancellationToken));

        await uploads.ReadAsync(request, newIngest, stored, fields, fingerprint, cancellationToken);
        return stored.Exists(file => file.IsPayload)
            ? throw new ProblemException(400, "unknown_field", "A chapter has no 'payload'; send its files as parts named 'files'.")
            : (fields, null);
    }

    private async Task<Guid> ReadReferenceAsync(HttpRequest request, VideoRequest fields, Fingerprint fingerprint, CancellationToken cancellationToken)
    {
        var body = await ReadJsonAsync(request, cancellationToken);
        Guid? ingestId = null;
        foreach (var member in body.EnumerateObject().Where(member => member.Value.ValueKind != JsonValueKind.Null))
        {
            var value = member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString()! : member.Value.GetRawText();
            if (member.Name == "ingest_id")
                ingestId = Guid.TryParse(value, out var id) ? id : throw IngestRequest.Invalid("ingest_id", "must be the id of an ingest");
            else
                fields.Set(member.Name, value);
            fingerprint.Add(member.Name, value);
        }

        return ingestId ?? throw new ProblemException(400, "no_files", "Name the chapter by 'ingest_id', or send its files as multipart/form-data.");
    }

    private async Task<JsonElement> ReadJsonAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentLength is null or < 0 || request.ContentLength > options.Value.MaxFieldBytes)
            throw new ProblemException(413, "request_too_large", $"A video by reference is JSON of a declared length of at most {options.Value.MaxFieldBytes} bytes (Ingest__MaxFieldBytes).");
        try
        {
            using var document = await JsonDocument.ParseAsync(request.Body, default, cancellationToken);
            WholeTexts.Check(document.RootElement);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? document.RootElement.Clone()
                : throw new ProblemException(400, "invalid_json", "The body must be a JSON object with 'ingest_id'.");
        }
        catch (JsonException exception)
        {
            throw new ProblemException(400, "invalid_json", $"The body is not valid JSON: {exception.Message}");
        }
    }

    private async Task<List<UploadedFile>> FindFilesAsync(Guid ingest, Guid ownerId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(FilesOf);
        command.Parameters.Add(new() { Value = ingest });
        command.Parameters.Add(new() { Value = ownerId });
        var files = new List<UploadedFile>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
            files.Add(new(row.GetGuid(0), row.GetString(1), row.GetString(2), row.GetInt64(3), row.GetString(4), row.IsDBNull(5) ? null : row.GetString(5)));
        return files.Count > 0 ? files : throw new ProblemException(404, "unknown_ingest", $"There is no ingest {ingest}, or it is not yours.");
    }

    private async Task CommitAsync(
        Guid videoId, Guid ingestId, Guid ownerId, VideoRequest fields, List<UploadedFile> files, Action<NpgsqlBatchCommandCollection> addTo, CancellationToken cancellationToken)
    {
        var start = new StartVideo
        {
            JobId = videoId,
            Files = files.ConvertAll(file => new ChapterFile { Key = file.Key, Name = file.Name }),
            Options = fields.Options,
        };
        // It takes a connection when it runs, and not before: AppendAsync needs one for a moment, and who holds one must wait for no other.
        await using var batch = database.CreateBatch();
        addTo(batch.BatchCommands);
        var messages = await jobs.AppendAsync(batch, [NewJob(videoId, ingestId, ownerId, fields, start)], cancellationToken);
        // A batch without a transaction of its own is one transaction: all of it is committed, or none. Not by the caller's token: who
        // breaks off in the middle of a commit does not hear whether it happened.
        await batch.ExecuteNonQueryAsync(CancellationToken.None);
        outbox.Committed(messages);
    }

    private JsonAnswer AnswerOf(Guid videoId, Guid ingestId, List<UploadedFile> files)
    {
        var accepted = new VideoAccepted(
            videoId, videoId, ingestId, IngestStatuses.Accepted, files.ConvertAll(file => new AcceptedAsset(file.AssetId, file.Name, file.MediaType, file.Size)));
        return new(202, $"/api/v1/videos/{videoId}", JsonSerializer.Serialize(accepted, _json), videoId);
    }

    private static NewJob NewJob(Guid videoId, Guid ingestId, Guid ownerId, VideoRequest fields, StartVideo start) => new()
    {
        Id = videoId,
        OwnerId = ownerId,
        IngestId = ingestId,
        Type = VideoJobs.Video,
        Command = start,
        Lane = fields.Lane,
        NotBefore = fields.NotBefore,
    };
}
