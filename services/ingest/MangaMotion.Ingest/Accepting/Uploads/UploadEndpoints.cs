using System.Security.Cryptography;
using MangaMotion.Api;
using MangaMotion.Ingest.Accepting.Ingests;
using MangaMotion.Ingest.Keys;
using MangaMotion.ServiceDefaults.Problems;
using MangaMotion.Storage;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace MangaMotion.Ingest.Accepting.Uploads;

internal static class UploadEndpoints
{
    private const string AnyType = "application/octet-stream";

    /// <summary>The most that S3 takes in one request.</summary>
    private const long LargestPut = 5L << 30;

    public static void MapUploads(this IEndpointRouteBuilder api)
    {
        api.MapPost("/uploads", AddAsync)
            .WithName("createUpload")
            .WithSummary("A link to put one file straight into the store; hand it in afterwards by POST /ingest with {\"uploads\":[{\"upload_id\":…}]}, JSON records with {\"payload\":{\"upload_id\":…}}.")
            .Produces<UploadLink>(201).ProducesProblem(400).ProducesProblem(413)
            .RequireScope(Scopes.Submit);

        // What a presigned link of S3 is for the disk store: the token in the link is the key to it, so it is no operation of the API.
        api.MapPut("/uploads/{id:guid}/content", PutAsync).ExcludeFromDescription();
    }

    private static async Task<IResult> AddAsync(
        UploadRequest wanted, HttpContext context, UploadStore uploads, IObjectStore store, IOptions<IngestOptions> options)
    {
        var upload = Check(wanted, context.OwnerId(), options.Value.MaxFileBytes);
        var token = RandomNumberGenerator.GetHexString(64, lowercase: true);
        var until = await uploads.AddAsync(upload, token, options.Value, context.RequestAborted)
            ?? throw new ProblemException(429, "too_many_uploads", $"You have {options.Value.MaxOpenUploads} uploads that were not handed in yet (Ingest__MaxOpenUploads); hand them in, or wait until they expire.")
            {
                RetryAfter = TimeSpan.FromMinutes(1),
            };
        var link = store.PresignPut(upload.Key, new(options.Value.UploadLinkLifetime, upload.ContentType, upload.Size))
            ?? new Uri($"{context.Request.Scheme}://{context.Request.Host}{context.Request.PathBase}/api/v1/uploads/{upload.Id}/content?token={token}");
        var headers = new Dictionary<string, string> { [HeaderNames.ContentType] = upload.ContentType, [HeaderNames.ContentLength] = $"{upload.Size}" };
        return Results.Json(new UploadLink(upload.Id, "PUT", link, headers, until), statusCode: 201);
    }

    private static Upload Check(UploadRequest wanted, Guid ownerId, long maxFileBytes)
    {
        var limit = Math.Min(maxFileBytes, LargestPut);
        if (wanted.Size < 1)
            throw new ProblemException(400, "invalid_field", "The field 'size' must be the number of bytes, at least 1.");
        if (wanted.Size > limit)
            throw new ProblemException(413, "file_too_large", $"An upload of {wanted.Size} bytes is larger than the limit of {limit} bytes (Ingest__MaxFileBytes, and at most {LargestPut}).");
        var type = wanted.ContentType ?? AnyType;
        if (!MediaTypeHeaderValue.TryParse(type, out _) || type.Length > 200 || type.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            throw new ProblemException(400, "invalid_field", "The field 'content_type' must be a media type such as video/mp4.");
        if (wanted.Sha256 is not null && (wanted.Sha256.Length != 64 || !wanted.Sha256.All(char.IsAsciiHexDigit)))
            throw new ProblemException(400, "invalid_field", "The field 'sha256' must be 64 hexadecimal digits.");
        return new(Guid.CreateVersion7(), ownerId, UploadReader.Shown(wanted.Name ?? ""), type, wanted.Size, wanted.Sha256?.ToLowerInvariant(), Consumed: false);
    }

    private static async Task<IResult> PutAsync(Guid id, string? token, HttpContext context, UploadStore uploads, IObjectStore store)
    {
        var upload = await uploads.FindByLinkAsync(id, token ?? "", context.RequestAborted)
            ?? throw new ProblemException(403, "invalid_upload_link", "This link was not given by this API, has expired, or its upload was handed in already; ask for another by POST /uploads.");
        var request = context.Request;
        if (request.ContentLength != upload.Size || request.ContentType != upload.ContentType)
        {
            throw new ProblemException(403, "upload_mismatch",
                $"This link is for {upload.Size} bytes of type '{upload.ContentType}'; the request declares {request.ContentLength} bytes of type '{request.ContentType}'.");
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = upload.Size;
        try
        {
            await store.PutAsync(
                upload.Key, request.Body, new() { ContentType = upload.ContentType, ExpectedLength = upload.Size, ExpectedSha256 = upload.Sha256 }, context.RequestAborted);
        }
        catch (ObjectMismatchException exception)
        {
            throw new ProblemException(422, "upload_mismatch", exception.Message);
        }

        return Results.Ok();
    }
}
