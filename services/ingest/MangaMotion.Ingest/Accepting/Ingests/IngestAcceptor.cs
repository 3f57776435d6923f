using System.Text.Json;
using MangaMotion.Api;
using MangaMotion.Contracts.Records.V1;
using MangaMotion.Contracts.Thumbnails.V1;
using MangaMotion.Ingest.Accepting.Idempotency;
using MangaMotion.Ingest.Accepting.Quotas;
using MangaMotion.Ingest.Accepting.Uploads;
using MangaMotion.Jobs;
using MangaMotion.Messaging.Postgres.Outbox;
using MangaMotion.Storage;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;

namespace MangaMotion.Ingest.Accepting.Ingests;

/// <summary>Accepts an ingest: files into the store, then rows and messages in one transaction, or nothing at all.</summary>
public sealed class IngestAcceptor(
    UploadReader uploads, UploadReferences references, JobIntake jobs, IOutbox outbox, NpgsqlDataSource database, IObjectStore store, OwnerQuotas quotas,
    IOptions<JsonOptions> json, ILogger<IngestAcceptor> logger)
{
    private const string Operation = "POST /ingest";

    private const string InsertIngest =
        "insert into ingests (id, owner_id, collection, lane, params, not_before, callback_url) values ($1, $2, $3, $4, $5::jsonb, $6, $7)";

    private const string InsertAssets =
        """
        insert into assets (id, ingest_id, owner_id, position, name, key, size, sha256, media_type)
        select id, $1, $2, position, name, key, size, sha256, media_type
        from unnest($3, $4, $5, $6, $7, $8, $9) as asset (id, position, name, key, size, sha256, media_type)
        """;

    private readonly JsonSerializerOptions _json = json.Value.SerializerOptions;

    /// <param name="idempotent">The request's idempotency key; null where it has none.</param>
    /// <param name="wait">How long the caller will wait for the end.</param>
    public async Task<JsonAnswer> AcceptAsync(
        HttpRequest request, Guid ownerId, IdempotentRequest? idempotent, TimeSpan? wait, CancellationToken cancellationToken)
    {
        using var fingerprint = new Fingerprint(Operation);
        if (idempotent is { IsRepeated: true })
        {
            await ReadAsync(request, ownerId, ingestId: null, [], fingerprint, cancellationToken);
            return idempotent.Repeat(request.HttpContext.Response, fingerprint);
        }

        var ingestId = Guid.CreateVersion7();
        var files = new List<UploadedFile>();
        try
        {
            var fields = await ReadAsync(request, ownerId, ingestId, files, fingerprint, cancellationToken);
            var answer = AnswerOf(ingestId, files);
            await CommitAsync(ingestId, ownerId, fields, files, batch =>
            {
                if (quotas.Use(ownerId, files.Sum(file => file.Size)) is { } use)
                    batch.Add(use);
                if (wait is { } time)
                    batch.Add(IngestWaits.Row(ingestId, time));
                if (idempotent is not null)
                    batch.Add(idempotent.Answer(fingerprint, answer));
            }, cancellationToken);
            await RemoveAsync([.. files.Where(file => file.UploadId is not null).Select(file => Upload.KeyOf(file.UploadId!.Value))], "uploads that were handed in");
            return answer;
        }
        catch (PostgresException exception) when (IdempotentRequest.IsLost(exception))
        {
            await TakeBackAsync(files);
            throw IdempotencyKeys.InUse();
        }
        catch (PostgresException exception) when (UploadStore.IsConsumed(exception))
        {
            await TakeBackAsync(files);
            throw UploadStore.Consumed("One of the uploads");
        }
        catch (Exception exception) when (exception is not NpgsqlException || exception is PostgresException { InvariantSeverity: "ERROR" })
        {
            // Not after a broken or ended connection: the commit may have happened unheard, and the files belong to it then.
            await TakeBackAsync(files);
            throw;
        }
    }

    private Task<IngestRequest> ReadAsync(
        HttpRequest request, Guid ownerId, Guid? ingestId, List<UploadedFile> files, Fingerprint fingerprint, CancellationToken cancellationToken) =>
        request.HasJsonContentType()
            ? references.ReadAsync(request, ownerId, ingestId, files, fingerprint, cancellationToken)
            : uploads.ReadAsync(request, ingestId, files, fingerprint, cancellationToken);

    private async Task CommitAsync(
        Guid ingestId, Guid ownerId, IngestRequest fields, List<UploadedFile> files, Action<NpgsqlBatchCommandCollection> addTo, CancellationToken cancellationToken)
    {
        // It takes a connection when it runs, and not before: AppendAsync needs one for a moment, and who holds one must wait for no other.
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(IngestRow(ingestId, ownerId, fields));
        batch.BatchCommands.Add(AssetRows(ingestId, ownerId, files));
        var messages = await jobs.AppendAsync(batch, files.ConvertAll(file => JobOf(ingestId, ownerId, fields, file)), cancellationToken);
        if (files.Exists(file => file.UploadId is not null))
            batch.BatchCommands.Add(UploadStore.Consume(ownerId, files.Select(file => file.UploadId).OfType<Guid>(), ingestId));
        addTo(batch.BatchCommands);
        // A batch without a transaction of its own is one transaction: all of it is committed, or none. Not by the caller's token: who
        // breaks off in the middle of a commit does not hear whether it happened.
        await batch.ExecuteNonQueryAsync(CancellationToken.None);
        outbox.Committed(messages);
    }

    private JsonAnswer AnswerOf(Guid ingestId, List<UploadedFile> files)
    {
        var accepted = new IngestAccepted(
            ingestId, IngestStatuses.Accepted, files.ConvertAll(file => new AcceptedAsset(file.AssetId, file.Name, file.MediaType, file.Size)));
        return new(202, $"/api/v1/ingest/{ingestId}/status", JsonSerializer.Serialize(accepted, _json), ingestId);
    }

    private static NewJob JobOf(Guid ingestId, Guid ownerId, IngestRequest fields, UploadedFile file)
    {
        var jobId = Guid.CreateVersion7();
        (JobType type, object command) = file.IsPayload
            ? (JobTypes.Records, new StoreRecords { JobId = jobId, AssetId = file.AssetId, InputKey = file.Key, Collection = fields.Collection })
            : ((JobType)JobTypes.Thumbnail, (object)new GenerateThumbnail { JobId = jobId, AssetId = file.AssetId, InputKey = file.Key });
        return new()
        {
            Id = jobId,
            OwnerId = ownerId,
            IngestId = ingestId,
            AssetId = file.AssetId,
            Type = type,
            Command = command,
            Lane = fields.Lane,
            Params = fields.Params,
            NotBefore = fields.NotBefore,
        };
    }

    internal static NpgsqlBatchCommand IngestRow(Guid ingestId, Guid ownerId, IngestRequest fields) => new(InsertIngest)
    {
        Parameters =
        {
            new() { Value = ingestId },
            new() { Value = ownerId },
            new() { Value = (object?)fields.Collection ?? DBNull.Value },
            new() { Value = fields.Lane.Name() },
            new() { Value = fields.Params },
            new() { Value = (object?)fields.NotBefore ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz },
            new() { Value = (object?)fields.CallbackUrl?.AbsoluteUri ?? DBNull.Value },
        },
    };

    internal static NpgsqlBatchCommand AssetRows(Guid ingestId, Guid ownerId, List<UploadedFile> files) => new(InsertAssets)
    {
        Parameters =
        {
            new() { Value = ingestId },
            new() { Value = ownerId },
            new() { Value = files.Select(file => file.AssetId).ToArray() },
            new() { Value = Enumerable.Range(0, files.Count).ToArray() },
            new() { Value = files.Select(file => file.Name).ToArray() },
            new() { Value = files.Select(file => file.Key).ToArray() },
            new() { Value = files.Select(file => file.Size).ToArray() },
            new() { Value = files.Select(file => file.Sha256).ToArray() },
            new() { Value = files.Select(file => file.MediaType).ToArray() },
        },
    };

    /// <summary>Takes what was stored out of the store again.</summary>
    internal Task TakeBackAsync(List<UploadedFile> files) => RemoveAsync([.. files.Select(file => file.Key)], "an ingest that was not accepted");

    private async Task RemoveAsync(string[] keys, string what)
    {
        if (keys.Length == 0)
            return;
        try
        {
            // Not the request's token: its caller may have gone, and that may be why we are here.
            await store.DeleteAsync(keys, CancellationToken.None);
        }
        catch (Exception exception)
        {
            logger.LogWarning(exception, "{Count} objects of {What} stay in the store until they are swept, the first is {Key}", keys.Length, what, keys[0]);
        }
    }
}
