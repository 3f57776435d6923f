using System.Net;
using Amazon.S3;
using Amazon.S3.Model;

namespace MangaMotion.Storage.S3;

/// <summary>Makes the bucket and what it needs, where that is missing.</summary>
internal sealed class S3Bucket(S3Requests requests, S3StorageOptions options)
{
    private const string ProbeKey = S3ObjectStore.HiddenPrefix + "probe";

    private bool _prepared;

    /// <summary>One small write, tried once: readiness asks often and wants to know soon.</summary>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (!_prepared)
                await PrepareAsync(cancellationToken);

            await ProbeAsync(cancellationToken);
            _prepared = true;
        }
        catch (Exception exception) when (S3Requests.IsFailure(exception, cancellationToken))
        {
            throw requests.Explain(ProbeKey, exception);
        }
    }

    private Task<PutObjectResponse> ProbeAsync(CancellationToken cancellationToken) => requests.SendOnceAsync(
        (client, cancel) => client.PutObjectAsync(new PutObjectRequest { BucketName = options.Bucket, Key = ProbeKey, ContentBody = "", UseChunkEncoding = false }, cancel),
        cancellationToken);

    private async Task PrepareAsync(CancellationToken cancellationToken)
    {
        try
        {
            await requests.SendOnceAsync((client, cancel) => client.HeadBucketAsync(new HeadBucketRequest { BucketName = options.Bucket }, cancel), cancellationToken);
        }
        catch (AmazonS3Exception exception) when (exception.StatusCode == HttpStatusCode.NotFound)
        {
            await MakeAsync(cancellationToken);
        }
    }

    private async Task MakeAsync(CancellationToken cancellationToken)
    {
        try
        {
            await requests.SendOnceAsync((client, cancel) => client.PutBucketAsync(new PutBucketRequest { BucketName = options.Bucket }, cancel), cancellationToken);
        }
        catch (AmazonS3Exception exception) when (exception.ErrorCode == "BucketAlreadyOwnedByYou")
        {
            // Another service starts at the same moment.
        }

        await IfSupportedAsync((client, cancel) => client.PutCORSConfigurationAsync(Cors(), cancel), cancellationToken);
        await IfSupportedAsync((client, cancel) => client.PutLifecycleConfigurationAsync(Lifecycle(), cancel), cancellationToken);
    }

    private async Task IfSupportedAsync<T>(Func<AmazonS3Client, CancellationToken, Task<T>> request, CancellationToken cancellationToken)
    {
        try
        {
            await requests.SendOnceAsync(request, cancellationToken);
        }
        catch (AmazonS3Exception exception) when (exception.StatusCode == HttpStatusCode.NotImplemented)
        {
            // MinIO has no CORS of single buckets (it allows every origin) and aborts old uploads by itself.
        }
    }

    private PutCORSConfigurationRequest Cors() => new()
    {
        BucketName = options.Bucket,
        Configuration = new CORSConfiguration
        {
            Rules =
            [
                new CORSRule
                {
                    AllowedOrigins = [.. options.CorsOrigins],
                    AllowedMethods = ["GET", "HEAD", "PUT"],
                    AllowedHeaders = ["*"],
                    ExposeHeaders = ["ETag", "Content-Range"],
                    MaxAgeSeconds = 3600,
                },
            ],
        },
    };

    /// <summary>What a killed process leaves behind goes after a day.</summary>
    private PutLifecycleConfigurationRequest Lifecycle() => new()
    {
        BucketName = options.Bucket,
        Configuration = new LifecycleConfiguration
        {
            Rules =
            [
                new LifecycleRule
                {
                    Id = "abandoned-uploads",
                    Status = LifecycleRuleStatus.Enabled,
                    Filter = new LifecycleFilter { LifecycleFilterPredicate = new LifecyclePrefixPredicate { Prefix = "" } },
                    AbortIncompleteMultipartUpload = new LifecycleRuleAbortIncompleteMultipartUpload { DaysAfterInitiation = 1 },
                },
                new LifecycleRule
                {
                    Id = "abandoned-staging",
                    Status = LifecycleRuleStatus.Enabled,
                    Filter = new LifecycleFilter { LifecycleFilterPredicate = new LifecyclePrefixPredicate { Prefix = S3ObjectStore.StagingPrefix } },
                    Expiration = new LifecycleRuleExpiration { Days = 1 },
                },
            ],
        },
    };
}
