using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using MangaMotion.Api;
using MangaMotion.Ingest.Accepting.Ingests;
using MangaMotion.Ingest.Api;
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

    /// <summary>Largest request body that S3 accepts, in bytes.</summary>
    private const long LargestPut = 5L << 30;

    public static void MapUploads(this IEndpointRouteBuilder api)
    {
        api.MapPost("/uploads", AddAsync)
            .WithName("createUpload")
            .WithSummary(
                "Create a link to upload one file directly to the store. Use it by POST /ingest with {\"uploads\":[{\"upload_id\":…}]}, "
                + "JSON records with {\"payload\":{\"upload_id\":…}}.")
            .Produces<UploadLink>(201).ProducesProblem(400).ProducesProblem(413)
            .RequireScope(Scopes.Submit);
        api.MapGet("/uploads", ListAsync)
            .WithName("listUploads").WithSummary("Uploads that are not used in an ingest or a video yet, newest first.")
            .Produces<UploadList>().ProducesProblem(400).RequireScope(Scopes.Read);

        // The disk store's counterpart of a presigned S3 link. Its token grants the upload, so it is no operation of the API.
        api.MapPut("/uploads/{id:guid}/content", PutAsync).ExcludeFromDescription();
    }

    /// <summary>Checks the size and the hash of a new upload.</summary>
    /// <exception cref="ProblemException">400: the hash is malformed, or there is no byte. 413: the file is too large.</exception>
    public static void Check(long size, string? sha256, IngestOptions options)
    {
        var limit = GetLargestUpload(options);
        if (size < 1)
            throw new ProblemException(400, "invalid_field", "The field 'size' must be the number of bytes, at least 1.");
        if (size > limit)
        {
            throw new ProblemException(413, "file_too_large",
                $"An upload of {size} bytes is larger than the limit of {limit} bytes (Ingest__MaxFileBytes, and at most {LargestPut}).");
        }

        if (sha256 is not null && (sha256.Length != 64 || !sha256.All(char.IsAsciiHexDigit)))
            throw new ProblemException(400, "invalid_field", "The field 'sha256' must be 64 hexadecimal digits.");
    }

    public static long GetLargestUpload(IngestOptions options) => Math.Min(options.MaxFileBytes, LargestPut);

    private static async Task<IResult> AddAsync(
        UploadRequest wanted, HttpContext context, UploadStore uploads, IObjectStore store, IOptions<IngestOptions> options)
    {
        Check(wanted.Size, wanted.Sha256, options.Value);
        var type = wanted.ContentType ?? AnyType;
        if (!MediaTypeHeaderValue.TryParse(type, out _) || type.Length > 200 || type.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            throw new ProblemException(400, "invalid_field", "The field 'content_type' must be a media type such as video/mp4.");
        var upload = new Upload(
            Guid.CreateVersion7(), context.OwnerId(), UploadReader.CleanName(wanted.Name ?? ""), type, wanted.Size,
            wanted.Sha256?.ToLowerInvariant(), Consumed: false);
        var token = RandomNumberGenerator.GetHexString(64, lowercase: true);
        var until = (await uploads.AddAsync(upload, token, options.Value, context.RequestAborted)).Link;
        var link = store.PresignPut(upload.Key, new(options.Value.UploadLinkLifetime, upload.ContentType, upload.Size))
            ?? new Uri($"{context.Request.Scheme}://{context.Request.Host}{context.Request.PathBase}"
                + $"/api/v1/uploads/{upload.Id}/content?token={token}");
        var headers = new Dictionary<string, string>
        {
            [HeaderNames.ContentType] = upload.ContentType,
            [HeaderNames.ContentLength] = $"{upload.Size}",
        };
        return Results.Json(new UploadLink(upload.Id, "PUT", link, headers, until), statusCode: 201);
    }

    private static async Task<IResult> ListAsync(
        HttpContext context, UploadStore uploads, string? pageToken,
        [Range(1, ListQuery.MaxPageSize)] int pageSize = ListQuery.DefaultPageSize) =>
        Results.Ok(await uploads.ListAsync(context.OwnerId(), pageToken, pageSize, context.RequestAborted));

    private static async Task<IResult> PutAsync(Guid id, string? token, HttpContext context, UploadStore uploads, IObjectStore store)
    {
        var upload = await uploads.FindByLinkAsync(id, token ?? "", context.RequestAborted)
            ?? throw new ProblemException(403, "invalid_upload_link",
                "This link is unknown, has expired, or its upload is used already; ask for another by POST /uploads.");
        var request = context.Request;
        if (request.ContentLength != upload.Size || request.ContentType != upload.ContentType)
        {
            throw new ProblemException(403, "upload_mismatch",
                $"This link is for {upload.Size} bytes of type '{upload.ContentType}'; the request declares {request.ContentLength} bytes "
                + $"of type '{request.ContentType}'.");
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = upload.Size;
        try
        {
            var put = new PutOptions { ContentType = upload.ContentType, ExpectedLength = upload.Size, ExpectedSha256 = upload.Sha256 };
            await store.PutAsync(upload.Key, request.Body, put, context.RequestAborted);
        }
        catch (ObjectMismatchException exception)
        {
            throw new ProblemException(422, "upload_mismatch", exception.Message);
        }

        return Results.Ok();
    }
}
