using Amazon.S3;
using Amazon.S3.Model;
using Microsoft.Net.Http.Headers;

namespace MangaMotion.Storage.S3;

/// <summary>Signs links without sending a request.</summary>
internal sealed class S3Links(S3StorageOptions options) : IDisposable
{
    private static readonly TimeSpan LongestLifetime = TimeSpan.FromDays(7);

    private readonly string _endpoint = options.PublicEndpoint ?? options.Endpoint!;
    private readonly AmazonS3Client _client = S3Requests.CreateClient(options, options.PublicEndpoint ?? options.Endpoint!);

    public Uri SignGet(string key, PresignGetOptions link)
    {
        var request = CreateRequest(key, link.HeadOnly ? HttpVerb.HEAD : HttpVerb.GET, link.Lifetime);
        if (link.DownloadName is not null)
        {
            var disposition = new ContentDispositionHeaderValue("attachment");
            disposition.SetHttpFileName(link.DownloadName);
            request.ResponseHeaderOverrides.ContentDisposition = disposition.ToString();
        }

        return new Uri(_client.GetPreSignedURL(request));
    }

    /// <summary>Signs a PUT whose length and type are signed headers: the store refuses a request with other values.</summary>
    public Uri SignPut(string key, PresignPutOptions link)
    {
        if (link.Length < 0)
            throw new ArgumentOutOfRangeException(nameof(link), $"An upload of {link.Length} bytes cannot be signed.");

        var request = CreateRequest(key, HttpVerb.PUT, link.Lifetime);
        request.ContentType = link.ContentType;
        request.Headers.ContentLength = link.Length;
        return new Uri(_client.GetPreSignedURL(request));
    }

    public void Dispose() => _client.Dispose();

    private GetPreSignedUrlRequest CreateRequest(string key, HttpVerb verb, TimeSpan lifetime)
    {
        ObjectKey.Validate(key);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(lifetime, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(lifetime, LongestLifetime);
        return new GetPreSignedUrlRequest
        {
            BucketName = options.Bucket,
            Key = key,
            Verb = verb,
            Expires = DateTime.UtcNow + lifetime,
            Protocol = _endpoint.StartsWith("https:", StringComparison.OrdinalIgnoreCase) ? Protocol.HTTPS : Protocol.HTTP,
        };
    }
}
