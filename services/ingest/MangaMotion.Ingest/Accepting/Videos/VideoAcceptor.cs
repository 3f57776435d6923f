using System.Text.Json;
using MangaMotion.Api;
using MangaMotion.Contracts.Videos.V1;
using MangaMotion.Ingest.Accepting.Idempotency;
using MangaMotion.Ingest.Accepting.Ingests;
using MangaMotion.Ingest.Accepting.Uploads;
using MangaMotion.Jobs;
using MangaMotion.ServiceDefaults.Problems;
using MangaMotion.Videos;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace MangaMotion.Ingest.Accepting.Videos;

/// <summary>
/// Accepts a video: a chapter that comes with the request, uploads that it names, or the files of an ingest that it names.
/// </summary>
public sealed class VideoAcceptor(
    UploadReader uploads, UploadReferences references, IngestRows rows, VideoVoices voices, CollectionCasts casts,
    AcceptTransaction transaction, StoredFiles stored, IOptions<JsonOptions> json)
    : Acceptor<VideoRequest>("POST /videos", transaction, stored)
{
    private readonly JsonSerializerOptions _json = json.Value.SerializerOptions;

    protected override async Task<VideoRequest> ReadAsync(
        Submission submission, Guid? ingestId, List<UploadedFile> files, Fingerprint fingerprint, CancellationToken cancellationToken)
    {
        var fields = new VideoRequest(voices, submission.SourceId) { IsJson = submission.Request.HasJsonContentType() };
        if (submission.SourceId is { } source)
            fingerprint.Add("ingest_id", $"{source}");
        if (fields.IsJson)
            await references.ReadAsync(submission, ingestId, files, fields, fingerprint, cancellationToken);
        else
            await uploads.ReadAsync(submission.Request, ingestId, files, fields, fingerprint, cancellationToken);
        fields.Complete();
        if (files.Exists(file => file.IsPayload))
            throw new ProblemException(400, "unknown_field", "A chapter has no 'payload'; send its files as parts named 'files'.");
        if (fields.IngestId is not null && files.Count > 0)
            throw IngestRequest.Invalid("ingest_id", "names the chapter; leave it out, or leave out the files");
        if (fields.IngestId is null && files.Count == 0 && ingestId is not null)
        {
            throw new ProblemException(
                400, "no_files", "Name the chapter by 'ingest_id' or 'uploads', or send its files as multipart/form-data.");
        }

        return fields;
    }

    protected override async Task<Acceptance> PlanAsync(
        Submission submission, VideoRequest fields, Guid ingestId, List<UploadedFile> files, CancellationToken cancellationToken)
    {
        var owner = submission.OwnerId;
        var (videoId, source) = (Guid.CreateVersion7(), fields.IngestId ?? ingestId);
        var pages = fields.IngestId is null ? files : await rows.FindFilesAsync(source, owner, cancellationToken);
        var options = fields.Options with
        {
            PosterVariants = await rows.ResolveVariantsAsync(fields, owner, fields.IngestId, cancellationToken),
            Cast = await casts.ResolveAsync(fields, owner, fields.IngestId, cancellationToken),
        };
        return new(
            CreateAnswer(videoId, source, pages),
            fields.IngestId is null
                ? [.. rows.CreateInserts(ingestId, owner, fields, files)]
                : [IngestRows.CreateHoldChapter(source, pages)],
            [CreateJob(videoId, source, owner, fields, options, pages)]);
    }

    private JsonAnswer CreateAnswer(Guid videoId, Guid ingestId, List<UploadedFile> files)
    {
        var accepted = new VideoAccepted(
            videoId, videoId, ingestId, IngestStatuses.Accepted,
            files.ConvertAll(file => new AcceptedAsset(file.AssetId, file.Name, file.MediaType, file.Size)));
        return new(202, $"/api/v1/videos/{videoId}", JsonSerializer.Serialize(accepted, _json), videoId);
    }

    private static NewJob CreateJob(
        Guid videoId, Guid ingestId, Guid ownerId, VideoRequest fields, VideoOptions options, List<UploadedFile> files) =>
        new()
        {
            Id = videoId,
            OwnerId = ownerId,
            IngestId = ingestId,
            Type = VideoJobs.Video,
            Command = new StartVideo
            {
                JobId = videoId,
                Files = files.ConvertAll(file => new ChapterFile { Key = file.Key, Name = file.Name }),
                Options = options,
            },
            Lane = fields.Lane,
            NotBefore = fields.NotBefore,
        };
}
