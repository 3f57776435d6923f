using System.Globalization;
using System.Security.Cryptography;
using MangaMotion.Api;
using MangaMotion.Ingest.Accepting.Ingests;
using MangaMotion.Ingest.Api;
using MangaMotion.Ingest.Keys;
using MangaMotion.ServiceDefaults;
using MangaMotion.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace MangaMotion.Ingest.Accepting.Uploads;

/// <summary>
/// Resumable uploads by tus 1.0: core, creation, expiration, checksum and termination. The last segment of an upload's URL is the upload
/// id that <c>POST /ingest</c> and <c>POST /videos</c> accept.
/// </summary>
internal static class TusEndpoints
{
    private const string Path = "/uploads/tus";
    private const string Single = Path + "/{id:guid}";

    public static void MapTus(this IEndpointRouteBuilder api)
    {
        var tus = api.MapGroup("").AddEndpointFilter(AnswerInProtocolAsync);
        tus.MapPost(Path, CreateAsync)
            .WithName("createResumableUpload")
            .WithSummary("Create a resumable upload (tus 1.0), for clients such as tus-js-client. Its id is the last segment of Location.")
            .WithHeader(TusHeaders.Resumable, "1.0.0")
            .WithHeader(TusHeaders.Length, "Bytes of the file.")
            .WithHeader(TusHeaders.Metadata, "Pairs of key and base64: filename, and optionally sha256 in hexadecimal.")
            .Produces(201).ProducesProblem(400).ProducesProblem(413).RequireTus();

        // HeadRequests answers HEAD for each GET.
        tus.MapGet(Single, GetOffsetAsync)
            .WithName("getResumableUpload")
            .WithSummary("Offset of a resumable upload, in the header Upload-Offset; tus clients ask by HEAD. 423 asks to try again later.")
            .WithHeader(TusHeaders.Resumable, "1.0.0")
            .Produces(200).ProducesProblem(404).ProducesProblem(423).RequireTus();
        tus.MapMethods(Single, [HttpMethods.Patch], AppendAsync)
            .WithName("appendToResumableUpload")
            .WithSummary("Append bytes to a resumable upload. Bytes before a broken connection are kept.")
            .WithHeader(TusHeaders.Resumable, "1.0.0")
            .WithHeader(TusHeaders.Offset, "Bytes that were sent before.")
            .WithHeader(
                TusHeaders.Checksum, "sha1 or sha256 and the digest of the body in base64; with it, all of the body counts or nothing.")
            .Produces(204).ProducesProblem(400).ProducesProblem(404).ProducesProblem(409).ProducesProblem(413)
            .ProducesProblem(415).ProducesProblem(460).RequireTus();
        tus.MapDelete(Single, TerminateAsync)
            .WithName("deleteResumableUpload").WithSummary("Delete a resumable upload that is not used in an ingest or a video.")
            .WithHeader(TusHeaders.Resumable, "1.0.0")
            .Produces(204).ProducesProblem(404).RequireTus();

        // For clients that can only send GET and POST.
        tus.MapPost(Single, OverrideAsync).RequireTus().ExcludeFromDescription();
        api.MapMethods(Path, [HttpMethods.Options], Describe).ExcludeFromDescription();
        api.MapMethods(Single, [HttpMethods.Options], Describe).ExcludeFromDescription();
    }

    /// <summary>
    /// Writes the protocol's version. Answers a HEAD that cannot be answered now with 423: after 429 or 503, tus-js-client 4.3.1
    /// and Uppy 6.0.0 begin a new upload from byte 0.
    /// </summary>
    private static async ValueTask<object?> AnswerInProtocolAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        http.Response.OnStarting(() =>
        {
            http.Response.Headers[TusHeaders.Resumable] = TusHeaders.Version;
            return Task.CompletedTask;
        });
        if (!HttpMethods.IsHead(http.Request.Method))
            return await next(context);
        try
        {
            return await next(context);
        }
        catch (Exception exception) when (exception is ProblemException { Status: 429 } || Outage.KindOf(exception) is not null)
        {
            throw new ProblemException(423, "try_again", $"The offset cannot be read now: {exception.Message}", inner: exception)
            {
                RetryAfter = TimeSpan.FromSeconds(5),
            };
        }
    }

    /// <summary>Requires a key with a scope, and then the protocol's version.</summary>
    private static RouteHandlerBuilder RequireTus(this RouteHandlerBuilder endpoint) =>
        endpoint.RequireScope(Scopes.Submit).ProducesProblem(412).AddEndpointFilter((context, next) =>
        {
            var (request, response) = (context.HttpContext.Request, context.HttpContext.Response);
            if (request.Headers[TusHeaders.Resumable] == TusHeaders.Version)
                return next(context);
            response.OnStarting(() =>
            {
                response.Headers[TusHeaders.SupportedVersions] = TusHeaders.Version;
                return Task.CompletedTask;
            });
            throw new ProblemException(412, "unsupported_tus_version", $"Send the header {TusHeaders.Resumable}: {TusHeaders.Version}.");
        });

    private static IResult Describe(HttpContext context, IOptions<IngestOptions> options)
    {
        var headers = context.Response.Headers;
        headers[TusHeaders.Resumable] = TusHeaders.Version;
        headers[TusHeaders.SupportedVersions] = TusHeaders.Version;
        headers[TusHeaders.SupportedExtensions] = TusHeaders.Extensions;
        headers[TusHeaders.SupportedAlgorithms] = TusHeaders.ChecksumAlgorithms;
        headers[TusHeaders.MaxSize] = Write(UploadEndpoints.GetLargestUpload(options.Value));
        return Results.NoContent();
    }

    private static async Task<IResult> CreateAsync(HttpContext context, UploadStore uploads, IOptions<IngestOptions> options)
    {
        var headers = context.Request.Headers;
        var size = TusHeaders.ReadBytes(headers, TusHeaders.Length);
        var sent = headers[TusHeaders.Metadata].ToString();
        var metadata = TusHeaders.ReadMetadata(sent);
        var sha256 = metadata.GetValueOrDefault("sha256")?.ToLowerInvariant();
        UploadEndpoints.Check(size, sha256, options.Value);

        // The client's type is not read: the type of a file is decided by its first bytes.
        var name = metadata.GetValueOrDefault("filename") ?? metadata.GetValueOrDefault("name") ?? "";
        var upload = new Upload(
            Guid.CreateVersion7(), context.OwnerId(), UploadReader.CleanName(
                name), "application/octet-stream", size, sha256, Consumed: false)
        {
            Received = 0,
            Metadata = sent,
        };
        var token = RandomNumberGenerator.GetHexString(64, lowercase: true);
        var expires = (await uploads.AddAsync(upload, token, options.Value, context.RequestAborted)).Upload;
        context.Response.Headers.Location = $"{context.Request.PathBase}/api/v1{Path}/{upload.Id}";
        WriteExpiry(context, expires);
        return Results.StatusCode(StatusCodes.Status201Created);
    }

    private static async Task<IResult> GetOffsetAsync(Guid id, HttpContext context, UploadStore uploads)
    {
        var upload = await FindAsync(id, context, uploads);
        var headers = context.Response.Headers;
        headers[TusHeaders.Offset] = Write(upload.Received!.Value);
        headers[TusHeaders.Length] = Write(upload.Size);
        if (!string.IsNullOrEmpty(upload.Metadata))
            headers[TusHeaders.Metadata] = upload.Metadata;
        headers.CacheControl = "no-store";
        WriteExpiry(context, upload.ExpiresAt);
        return Results.Ok();
    }

    private static async Task<IResult> AppendAsync(Guid id, HttpContext context, UploadStore uploads, ResumableUploads resumable)
    {
        var upload = await FindAsync(id, context, uploads);
        var request = context.Request;
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || type.MediaType != TusHeaders.ContentType)
            throw new ProblemException(415, "unsupported_media_type", $"Send the bytes as {TusHeaders.ContentType}.");
        var offset = TusHeaders.ReadBytes(request.Headers, TusHeaders.Offset);
        var checksum = TusHeaders.ReadChecksum(request.Headers);
        using var hash = checksum?.Hash;
        if (upload.Received != offset)
        {
            throw new ProblemException(
                409, "upload_offset", $"Upload {id} has {upload.Received} bytes, not {offset}. Send the bytes after them.");
        }

        var left = upload.Size - offset;
        if (request.ContentLength > left)
        {
            throw new ProblemException(
                413, "too_large", $"The request has {request.ContentLength} bytes; upload {id} has {left} bytes left.");
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = left;
        upload = await resumable.AppendAsync(upload, offset, request.Body, checksum);
        context.Response.Headers[TusHeaders.Offset] = Write(upload.Received!.Value);
        WriteExpiry(context, upload.ExpiresAt);
        return Results.NoContent();
    }

    private static async Task<IResult> TerminateAsync(Guid id, HttpContext context, UploadStore uploads, StoredFiles stored)
    {
        // Read first: an upload by a link is not deleted here.
        await FindAsync(id, context, uploads);
        var keys = await uploads.TerminateAsync(context.OwnerId(), id, context.RequestAborted);
        if (keys.Count == 0)
            throw CreateUnknown(id);
        await stored.RemoveAsync(keys, "a terminated upload");
        return Results.NoContent();
    }

    private static Task<IResult> OverrideAsync(
        Guid id, HttpContext context, UploadStore uploads, ResumableUploads resumable, StoredFiles stored) =>
        context.Request.Headers[TusHeaders.MethodOverride].ToString() switch
        {
            "PATCH" => AppendAsync(id, context, uploads, resumable),
            "DELETE" => TerminateAsync(id, context, uploads, stored),
            _ => throw new ProblemException(
                405, "method_not_allowed", $"A POST to an upload needs {TusHeaders.MethodOverride}: PATCH or DELETE."),
        };

    private static async Task<Upload> FindAsync(Guid id, HttpContext context, UploadStore uploads) =>
        (await uploads.FindAsync(context.OwnerId(), [id], context.RequestAborted)).GetValueOrDefault(id)
            is { Received: not null, Consumed: false } upload
            ? upload
            : throw CreateUnknown(id);

    private static ProblemException CreateUnknown(Guid id) =>
        new(404, "unknown_upload", $"There is no resumable upload {id}, it has expired, it is used already, or it is not yours.");

    private static void WriteExpiry(HttpContext context, DateTimeOffset expires) =>
        context.Response.Headers[TusHeaders.Expires] = expires.ToString("R", CultureInfo.InvariantCulture);

    private static string Write(long bytes) => bytes.ToString(CultureInfo.InvariantCulture);
}
