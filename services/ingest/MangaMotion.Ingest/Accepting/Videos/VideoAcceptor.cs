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
/// Accepts videos: of files that come with the request, of uploads that it names, or of the files of an ingest that it names.
/// </summary>
public sealed class VideoAcceptor(
    UploadReader uploads, UploadReferences references, IngestRows rows, VideoVoices voices, CollectionCasts casts,
    AcceptTransaction transaction, StoredFiles stored, IOptions<JsonOptions> json)
    : Acceptor<VideoRequest>("POST /videos", transaction, stored)
{
    /// <summary>Most videos of one request.</summary>
    private const int MaxVideos = 100;

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
        var source = fields.IngestId ?? ingestId;
        var pages = fields.IngestId is null ? files : await rows.FindFilesAsync(source, owner, cancellationToken);
        var options = fields.Options with
        {
            PosterVariants = await rows.ResolveVariantsAsync(fields, owner, fields.IngestId, cancellationToken),
            Cast = await casts.ResolveAsync(fields, owner, fields.IngestId, cancellationToken),
        };
        var videos = ListVideos(fields, pages);
        return new(
            CreateAnswer(videos, source, pages),
            fields.IngestId is null
                ? [.. rows.CreateInserts(ingestId, owner, fields, files)]
                : [IngestRows.CreateHoldChapter(source, pages)],
            videos.ConvertAll(video => CreateJob(video.Id, source, owner, fields, options, video.Files)));
    }

    /// <summary>Lists the videos with the files of their chapters.</summary>
    private static List<(Guid Id, List<UploadedFile> Files)> ListVideos(VideoRequest fields, List<UploadedFile> files)
    {
        if (!fields.IsVideoOfEach || files.Count == 0)
            return [(Guid.CreateVersion7(), files)];
        if (files.Count > MaxVideos)
            throw IngestRequest.Invalid("videos", $"can be 'each' for at most {MaxVideos} files; there are {files.Count}");
        // Lists are in the order of the ids, which is that of their milliseconds.
        var now = DateTimeOffset.UtcNow;
        return [.. files.Select((file, i) => (Guid.CreateVersion7(now.AddMilliseconds(i)), new List<UploadedFile> { file }))];
    }

    private JsonAnswer CreateAnswer(List<(Guid Id, List<UploadedFile> Files)> videos, Guid ingestId, List<UploadedFile> files)
    {
        var first = videos[0].Id;
        var accepted = new VideoAccepted(
            first, first, ingestId, IngestStatuses.Accepted,
            files.ConvertAll(file => new AcceptedAsset(file.AssetId, file.Name, file.MediaType, file.Size)))
        {
            Videos = videos.ConvertAll(video => new AcceptedVideo(video.Id, video.Files.FirstOrDefault()?.Name ?? "")),
        };
        var location = videos.Count == 1 ? $"/api/v1/videos/{first}" : $"/api/v1/ingest/{ingestId}/status";
        return new(202, location, JsonSerializer.Serialize(accepted, _json), first);
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
