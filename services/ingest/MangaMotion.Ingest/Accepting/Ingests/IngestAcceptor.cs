using System.Text.Json;
using MangaMotion.Api;
using MangaMotion.Contracts.Records.V1;
using MangaMotion.Contracts.Thumbnails.V1;
using MangaMotion.Ingest.Accepting.Idempotency;
using MangaMotion.Ingest.Accepting.Uploads;
using MangaMotion.Ingest.Reading.Assets;
using MangaMotion.Ingest.Reading.Ingests;
using MangaMotion.Jobs;
using MangaMotion.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using Npgsql;

namespace MangaMotion.Ingest.Accepting.Ingests;

/// <summary>Accepts an ingest: files that come with the request, or direct uploads that it names.</summary>
public sealed class IngestAcceptor(
    UploadReader uploads, UploadReferences references, IngestRows rows, AcceptTransaction transaction, StoredFiles stored,
    IOptions<JsonOptions> json) : Acceptor<IngestRequest>("POST /ingest", transaction, stored)
{
    private readonly JsonSerializerOptions _json = json.Value.SerializerOptions;

    protected override async Task<IngestRequest> ReadAsync(
        Submission submission, Guid? ingestId, List<UploadedFile> files, Fingerprint fingerprint, CancellationToken cancellationToken)
    {
        var fields = new IngestRequest { IsJson = submission.Request.HasJsonContentType() };
        if (!fields.IsJson)
        {
            await uploads.ReadAsync(submission.Request, ingestId, files, fields, fingerprint, cancellationToken);
            return fields;
        }

        await references.ReadAsync(submission, ingestId, files, fields, fingerprint, cancellationToken);
        return files.Count > 0 || ingestId is null
            ? fields
            : throw new ProblemException(400, "no_files",
                "The request has no upload; send {\"uploads\":[{\"upload_id\":\"…\"}]} with ids from POST /uploads or /uploads/tus, "
                + "JSON records as {\"payload\":{\"upload_id\":\"…\"}}.");
    }

    protected override async Task<Acceptance> PlanAsync(
        Submission submission, IngestRequest fields, Guid ingestId, List<UploadedFile> files, CancellationToken cancellationToken)
    {
        var parameters = await rows.WriteParamsAsync(fields, submission.OwnerId, cancellationToken);
        List<NpgsqlBatchCommand> inserts = [.. rows.CreateInserts(ingestId, submission.OwnerId, fields, files)];
        if (submission.Wait is { } wait)
            inserts.Add(IngestWaits.CreateInsert(ingestId, wait));
        var jobs = files.ConvertAll(file => CreateJob(ingestId, submission.OwnerId, fields, parameters, file));
        return new(CreateAnswer(ingestId, fields, files, jobs), inserts, jobs);
    }

    private JsonAnswer CreateAnswer(Guid ingestId, IngestRequest fields, List<UploadedFile> files, List<NewJob> newJobs)
    {
        var assets = files.Zip(newJobs, (file, job) => new AssetStatus(
            file.AssetId, file.Name, file.MediaType, file.Size, JobStatus.Uploaded, Attempts: 0, Error: null, Result: null, job.Id)
        {
            VideosUrl = IngestStatusQuery.FindVideosUrl(file.MediaType),
        });
        var progress = new IngestProgress(Done: 0, Processing: 0, Queued: files.Count, Failed: 0, Canceled: 0, Total: files.Count);
        var accepted = new IngestStatus(ingestId, IngestStatuses.Accepted, progress, EtaSeconds: null, [.. assets])
        {
            Collection = fields.Collection,
        };
        return new(202, $"/api/v1/ingest/{ingestId}/status", JsonSerializer.Serialize(accepted, _json), ingestId);
    }

    private static NewJob CreateJob(Guid ingestId, Guid ownerId, IngestRequest fields, string parameters, UploadedFile file)
    {
        var jobId = Guid.CreateVersion7();
        (JobType type, object command) = file.IsPayload
            ? (JobTypes.Records, new StoreRecords
            {
                JobId = jobId,
                AssetId = file.AssetId,
                InputKey = file.Key,
                Collection = fields.Collection,
            })
            : ((JobType)JobTypes.Thumbnail, (object)new GenerateThumbnail
            {
                JobId = jobId,
                AssetId = file.AssetId,
                InputKey = file.Key,
                FilesUrl = AssetEndpoints.WriteFilesUrl(file.AssetId),
            });
        return new()
        {
            Id = jobId,
            OwnerId = ownerId,
            IngestId = ingestId,
            AssetId = file.AssetId,
            Type = type,
            Command = command,
            Lane = fields.Lane,
            Params = parameters,
            NotBefore = fields.NotBefore,
        };
    }
}
