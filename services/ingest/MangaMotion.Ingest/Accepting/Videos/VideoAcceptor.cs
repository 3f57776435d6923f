using System.Text.Json;
using MangaMotion.Api;
using MangaMotion.Contracts.Videos.V1;
using MangaMotion.Ingest.Accepting.Idempotency;
using MangaMotion.Ingest.Accepting.Ingests;
using MangaMotion.Ingest.Api;
using MangaMotion.Jobs;
using MangaMotion.ServiceDefaults.Problems;
using MangaMotion.Videos;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace MangaMotion.Ingest.Accepting.Videos;

/// <summary>The fields of a video, and the ingest that the request names; null if its files came with the request.</summary>
public sealed record ChapterRequest(VideoRequest Fields, Guid? Reference);

/// <summary>Accepts a video: a chapter that comes with the request, or the files of an ingest that it names.</summary>
public sealed class VideoAcceptor(
    UploadReader uploads, IngestRows rows, VideoVoices voices, AcceptTransaction transaction, StoredFiles stored,
    IOptions<IngestOptions> options, IOptions<JsonOptions> json) : Acceptor<ChapterRequest>("POST /videos", transaction, stored)
{
    private readonly JsonSerializerOptions _json = json.Value.SerializerOptions;

    protected override async Task<ChapterRequest> ReadAsync(
        Submission submission, Guid? ingestId, List<UploadedFile> files, Fingerprint fingerprint, CancellationToken cancellationToken)
    {
        var fields = new VideoRequest(voices);
        Guid? reference = null;
        if (submission.Request.HasJsonContentType())
            reference = await ReadReferenceAsync(submission, fields, fingerprint, cancellationToken);
        else
            await uploads.ReadAsync(submission.Request, ingestId, files, fields, fingerprint, cancellationToken);
        fields.CheckVoice();
        return files.Exists(file => file.IsPayload)
            ? throw new ProblemException(400, "unknown_field", "A chapter has no 'payload'; send its files as parts named 'files'.")
            : new(fields, reference);
    }

    protected override async Task<Acceptance> PlanAsync(
        Submission submission, ChapterRequest chapter, Guid ingestId, List<UploadedFile> files, CancellationToken cancellationToken)
    {
        var (fields, reference) = chapter;
        var owner = submission.OwnerId;
        var (videoId, source) = (Guid.CreateVersion7(), reference ?? ingestId);
        var pages = reference is null ? files : await rows.FindFilesAsync(source, owner, cancellationToken);
        return new(
            AnswerOf(videoId, source, pages),
            reference is null ? [.. rows.Insert(ingestId, owner, fields, files)] : [IngestRows.HoldChapter(source, pages)],
            [NewJob(videoId, source, owner, fields, pages)],
            []);
    }

    private async Task<Guid> ReadReferenceAsync(
        Submission submission, VideoRequest fields, Fingerprint fingerprint, CancellationToken cancellationToken)
    {
        var body = await ReadJsonAsync(submission.Request, cancellationToken);
        var ingestId = submission.SourceId;
        if (ingestId is not null)
            fingerprint.Add("ingest_id", $"{ingestId}");
        foreach (var member in body.EnumerateObject().Where(member => member.Value.ValueKind != JsonValueKind.Null))
        {
            var value = member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString()! : member.Value.GetRawText();
            if (member.Name != "ingest_id")
                fields.Set(member.Name, value);
            else if (submission.SourceId is not null)
                throw IngestRequest.Invalid("ingest_id", "is in the path; leave it out of the body");
            else
                ingestId = Guid.TryParse(value, out var id) ? id : throw IngestRequest.Invalid("ingest_id", "must be the id of an ingest");
            fingerprint.Add(member.Name, value);
        }

        return ingestId
            ?? throw new ProblemException(400, "no_files", "Name the chapter by 'ingest_id', or send its files as multipart/form-data.");
    }

    private async Task<JsonElement> ReadJsonAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var limit = options.Value.MaxFieldBytes;
        IngestEndpoints.LimitBody(request.HttpContext, limit, "Ingest__MaxFieldBytes");
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

    private JsonAnswer AnswerOf(Guid videoId, Guid ingestId, List<UploadedFile> files)
    {
        var accepted = new VideoAccepted(
            videoId, videoId, ingestId, IngestStatuses.Accepted,
            files.ConvertAll(file => new AcceptedAsset(file.AssetId, file.Name, file.MediaType, file.Size)));
        return new(202, $"/api/v1/videos/{videoId}", JsonSerializer.Serialize(accepted, _json), videoId);
    }

    private static NewJob NewJob(Guid videoId, Guid ingestId, Guid ownerId, VideoRequest fields, List<UploadedFile> files) => new()
    {
        Id = videoId,
        OwnerId = ownerId,
        IngestId = ingestId,
        Type = VideoJobs.Video,
        Command = new StartVideo
        {
            JobId = videoId,
            Files = files.ConvertAll(file => new ChapterFile { Key = file.Key, Name = file.Name }),
            Options = fields.Options,
        },
        Lane = fields.Lane,
        NotBefore = fields.NotBefore,
    };
}
