using System.Text.Json;
using MangaMotion.Contracts.Videos.V1;
using MangaMotion.Ingest.Idempotency;
using MangaMotion.Ingest.Ingests;
using MangaMotion.Jobs;
using MangaMotion.Messaging.Postgres.Outbox;
using MangaMotion.ServiceDefaults.Problems;
using Microsoft.Extensions.Options;
using Npgsql;

namespace MangaMotion.Ingest.Videos;

/// <summary>Accepts a video: a chapter that comes with the request, or the files of an ingest that is there already.</summary>
public sealed class VideoAcceptor(
    UploadReader uploads, IngestAcceptor ingests, JobIntake jobs, IOutbox outbox, NpgsqlDataSource database, IOptions<IngestOptions> options)
{
    private const string FilesOf =
        "select id, name, key, size, sha256, media_type from assets where ingest_id = $1 and owner_id = $2 order by position";

    public Task<AcceptedVideo> AcceptAsync(HttpRequest request, Guid ownerId, CancellationToken cancellationToken) =>
        request.HasJsonContentType() ? AcceptReferenceAsync(request, ownerId, cancellationToken) : AcceptUploadAsync(request, ownerId, cancellationToken);

    private async Task<AcceptedVideo> AcceptUploadAsync(HttpRequest request, Guid ownerId, CancellationToken cancellationToken)
    {
        var ingestId = Guid.CreateVersion7();
        var files = new List<UploadedFile>();
        try
        {
            var fields = new VideoRequest();
            using var fingerprint = new Fingerprint("POST /videos");
            await uploads.ReadAsync(request, ingestId, files, fields, fingerprint, cancellationToken);
            if (files.Any(file => file.IsPayload))
                throw new ProblemException(400, "unknown_field", "A chapter has no 'payload'; send its files as parts named 'files'.");
            return await CommitAsync(ingestId, ownerId, fields, files, isNew: true, cancellationToken);
        }
        catch (Exception exception) when (exception is PostgresException or not NpgsqlException)
        {
            // Not after a broken connection: the commit may have happened unheard, and the files belong to it then.
            await ingests.TakeBackAsync(files);
            throw;
        }
    }

    private async Task<AcceptedVideo> AcceptReferenceAsync(HttpRequest request, Guid ownerId, CancellationToken cancellationToken)
    {
        var body = await ReadJsonAsync(request, cancellationToken);
        var fields = new VideoRequest();
        Guid? ingestId = null;
        foreach (var member in body.EnumerateObject())
        {
            if (member.Name == "ingest_id")
                ingestId = member.Value.ValueKind == JsonValueKind.String && member.Value.TryGetGuid(out var id) ? id : throw IngestRequest.Invalid("ingest_id", "must be the id of an ingest");
            else if (member.Value.ValueKind != JsonValueKind.Null)
                fields.Set(member.Name, member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString()! : member.Value.GetRawText());
        }

        var ingest = ingestId ?? throw new ProblemException(400, "no_files", "Name the chapter by 'ingest_id', or send its files as multipart/form-data.");
        var files = await FindFilesAsync(ingest, ownerId, cancellationToken);
        return files.Count > 0
            ? await CommitAsync(ingest, ownerId, fields, files, isNew: false, cancellationToken)
            : throw new ProblemException(404, "unknown_ingest", $"There is no ingest {ingest}, or it is not yours.");
    }

    private async Task<JsonElement> ReadJsonAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentLength is null or < 0 || request.ContentLength > options.Value.MaxFieldBytes)
            throw new ProblemException(413, "request_too_large", $"A video by reference is JSON of a declared length of at most {options.Value.MaxFieldBytes} bytes (Ingest__MaxFieldBytes).");
        try
        {
            using var document = await JsonDocument.ParseAsync(request.Body, default, cancellationToken);
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
        return files;
    }

    private async Task<AcceptedVideo> CommitAsync(
        Guid ingestId, Guid ownerId, VideoRequest fields, List<UploadedFile> files, bool isNew, CancellationToken cancellationToken)
    {
        var videoId = Guid.CreateVersion7();
        var start = new StartVideo
        {
            JobId = videoId,
            Files = files.ConvertAll(file => new ChapterFile { Key = file.Key, Name = file.Name }),
            Options = fields.Options,
        };
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var batch = connection.CreateBatch();
        if (isNew)
        {
            batch.BatchCommands.Add(IngestAcceptor.IngestRow(ingestId, ownerId, fields));
            batch.BatchCommands.Add(IngestAcceptor.AssetRows(ingestId, ownerId, files));
        }

        var messages = await jobs.AppendAsync(batch, [NewJob(videoId, ingestId, ownerId, fields, start)], cancellationToken);
        // A batch without a transaction of its own is one transaction: all of it is committed, or none.
        await batch.ExecuteNonQueryAsync(cancellationToken);
        outbox.Committed(messages);
        return new(videoId, ingestId, files);
    }

    private static NewJob NewJob(Guid videoId, Guid ingestId, Guid ownerId, VideoRequest fields, StartVideo start) => new()
    {
        Id = videoId,
        OwnerId = ownerId,
        IngestId = ingestId,
        Type = JobTypes.Video,
        Command = start,
        Lane = fields.Lane,
        NotBefore = fields.NotBefore,
    };
}

public sealed record AcceptedVideo(Guid Id, Guid IngestId, IReadOnlyList<UploadedFile> Files);
