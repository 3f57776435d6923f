using System.Text.Json;
using MangaMotion.Api;
using MangaMotion.Contracts.Records.V1;
using MangaMotion.Contracts.Thumbnails.V1;
using MangaMotion.Ingest.Accepting.Idempotency;
using MangaMotion.Ingest.Accepting.Uploads;
using MangaMotion.Ingest.Reading.Assets;
using MangaMotion.Ingest.Reading.Ingests;
using MangaMotion.Jobs;
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

    protected override Task<IngestRequest> ReadAsync(
        Submission submission, Guid? ingestId, List<UploadedFile> files, Fingerprint fingerprint, CancellationToken cancellationToken) =>
        submission.Request.HasJsonContentType()
            ? references.ReadAsync(submission.Request, submission.OwnerId, ingestId, files, fingerprint, cancellationToken)
            : uploads.ReadAsync(submission.Request, ingestId, files, fingerprint, cancellationToken);

    protected override async Task<Acceptance> PlanAsync(
        Submission submission, IngestRequest fields, Guid ingestId, List<UploadedFile> files, CancellationToken cancellationToken)
    {
        var parameters = await rows.WriteParamsAsync(fields, submission.OwnerId, cancellationToken);
        List<NpgsqlBatchCommand> inserts = [.. rows.Insert(ingestId, submission.OwnerId, fields, files)];
        if (submission.Wait is { } wait)
            inserts.Add(IngestWaits.Row(ingestId, wait));
        var consumed = files.Select(file => file.UploadId).OfType<Guid>().ToArray();
        if (consumed.Length > 0)
            inserts.Add(UploadStore.Consume(submission.OwnerId, consumed, ingestId));
        var jobs = files.ConvertAll(file => CreateJob(ingestId, submission.OwnerId, fields, parameters, file));
        return new(AnswerOf(ingestId, fields, files, jobs), inserts, jobs, Array.ConvertAll(consumed, Upload.KeyOf));
    }

    private JsonAnswer AnswerOf(Guid ingestId, IngestRequest fields, List<UploadedFile> files, List<NewJob> newJobs)
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
            ? (JobTypes.Records, new StoreRecords { JobId = jobId, AssetId = file.AssetId, InputKey = file.Key, Collection = fields.Collection })
            : ((JobType)JobTypes.Thumbnail, (object)new GenerateThumbnail
            {
                JobId = jobId,
                AssetId = file.AssetId,
                InputKey = file.Key,
                FilesUrl = AssetEndpoints.FilesUrlOf(file.AssetId),
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
