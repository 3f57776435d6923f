using System.Net;
using System.Net.Sockets;
using Amazon.Runtime;
using Amazon.S3;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace MangaMotion.Storage.S3;

/// <summary>
/// Sends requests to the bucket with a time limit for each try, retries with backoff and jitter, and translates failures to the exceptions
/// of <see cref="IObjectStore"/>.
/// </summary>
internal sealed class S3Requests : IDisposable
{
    /// <summary>Status that the SDK gives to a request without an answer.</summary>
    private const HttpStatusCode NoAnswer = default;

    private readonly AmazonS3Client _client;
    private readonly S3StorageOptions _options;
    private readonly ResiliencePipeline _retry;
    private readonly ResiliencePipeline _deadline;

    public S3Requests(S3StorageOptions options)
    {
        _options = options;
        _client = CreateClient(options, options.Endpoint!);
        _deadline = new ResiliencePipelineBuilder().AddTimeout(options.RequestTimeout).Build();
        _retry = options.MaxRetries == 0
            ? ResiliencePipeline.Empty
            : new ResiliencePipelineBuilder()
                .AddRetry(new RetryStrategyOptions
                {
                    ShouldHandle = new PredicateBuilder().Handle<Exception>(IsTransient),
                    MaxRetryAttempts = options.MaxRetries,
                    BackoffType = DelayBackoffType.Exponential,
                    UseJitter = true,
                    Delay = TimeSpan.FromMilliseconds(200),
                    MaxDelay = TimeSpan.FromSeconds(10),
                })
                .Build();
    }

    public static AmazonS3Client CreateClient(S3StorageOptions options, string endpoint) =>
        new(new BasicAWSCredentials(options.AccessKey, options.SecretKey), new AmazonS3Config
        {
            ServiceURL = endpoint,
            AuthenticationRegion = options.Region,
            ForcePathStyle = true,
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
            // Time limits and retries are in this class. One retry of the SDK lets it correct for a wrong clock.
            Timeout = Timeout.InfiniteTimeSpan,
            MaxErrorRetry = 1,
        });

    /// <summary>Sends a request that can be repeated.</summary>
    public Task<T> SendAsync<T>(
        string key, Func<AmazonS3Client, CancellationToken, Task<T>> request, CancellationToken cancellationToken) =>
        RetryAsync(key, cancel => SendOnceAsync(request, cancel), cancellationToken);

    /// <summary>Runs an operation whose requests have their own time limits, and retries it after a transient failure.</summary>
    public async Task<T> RetryAsync<T>(string key, Func<CancellationToken, Task<T>> body, CancellationToken cancellationToken)
    {
        try
        {
            return await _retry.ExecuteAsync(async cancel => await body(cancel), cancellationToken);
        }
        catch (Exception exception) when (IsFailure(exception, cancellationToken))
        {
            throw Explain(key, exception);
        }
    }

    /// <summary>Sends a request once. Throws the exceptions of the SDK.</summary>
    public async Task<T> SendOnceAsync<T>(Func<AmazonS3Client, CancellationToken, Task<T>> request, CancellationToken cancellationToken) =>
        await _deadline.ExecuteAsync(async cancel => await request(_client, cancel), cancellationToken);

    public void Dispose() => _client.Dispose();

    /// <summary>Whether the exception is a failed request of the SDK, for <see cref="Explain"/>.</summary>
    public static bool IsFailure(Exception exception, CancellationToken cancellationToken) =>
        !(exception is OperationCanceledException && cancellationToken.IsCancellationRequested)
        && (exception is AmazonServiceException || IsTransient(exception));

    public Exception Explain(string key, Exception exception) => exception switch
    {
        AmazonS3Exception { StatusCode: HttpStatusCode.NotFound, ErrorCode: not "NoSuchBucket" and not "NoSuchUpload" } =>
            new ObjectNotFoundException(key),
        AmazonServiceException { StatusCode: > NoAnswer } answer =>
            Unavailable($"answered {(int)answer.StatusCode} {answer.ErrorCode} ({answer.Message})", exception),
        TimeoutRejectedException => Unavailable($"did not answer within {_options.RequestTimeout.TotalSeconds} s", exception),
        _ => Unavailable($"cannot be reached ({exception.GetBaseException().Message})", exception),
    };

    private IOException Unavailable(string what, Exception exception) =>
        new($"The S3 store at {_options.Endpoint}, bucket '{_options.Bucket}', {what}.", exception);

    private static bool IsTransient(Exception exception) => exception switch
    {
        AmazonServiceException { StatusCode: HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout } => true,
        AmazonServiceException { StatusCode: >= HttpStatusCode.InternalServerError } => true,
        AmazonServiceException { ErrorCode: "RequestTimeout" or "SlowDown" or "RequestTimeTooSkewed" or "XAmzContentSHA256Mismatch" } =>
            true,
        AmazonServiceException { StatusCode: > NoAnswer } => false,
        AmazonClientException or HttpRequestException or HttpIOException or TimeoutRejectedException or BrokenDownloadException => true,
        IOException { InnerException: SocketException } => true,
        // Timers of the SDK and the HTTP client; those of this class and of the caller are handled elsewhere.
        OperationCanceledException { InnerException: TimeoutException } => true,
        _ => false,
    };
}
