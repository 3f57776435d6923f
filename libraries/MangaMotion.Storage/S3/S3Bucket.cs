using System.Net;
using Amazon.S3;
using Amazon.S3.Model;

namespace MangaMotion.Storage.S3;

/// <summary>Creates the bucket with its rules if it is missing.</summary>
internal sealed class S3Bucket(S3Requests requests, S3StorageOptions options)
{
    private const string ProbeKey = S3ObjectStore.HiddenPrefix + "probe";

    private bool _prepared;

    /// <summary>Writes one small object, without retries: the readiness check runs often and needs a quick answer.</summary>
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
        (client, cancel) => client.PutObjectAsync(
            new PutObjectRequest { BucketName = options.Bucket, Key = ProbeKey, ContentBody = "", UseChunkEncoding = false }, cancel),
        cancellationToken);

    private async Task PrepareAsync(CancellationToken cancellationToken)
    {
        try
        {
            await requests.SendOnceAsync(
                (client, cancel) => client.HeadBucketAsync(new HeadBucketRequest { BucketName = options.Bucket }, cancel),
                cancellationToken);
        }
        catch (AmazonS3Exception exception) when (exception.StatusCode == HttpStatusCode.NotFound)
        {
            await CreateBucketAsync(cancellationToken);
        }
    }

    private async Task CreateBucketAsync(CancellationToken cancellationToken)
    {
        try
        {
            await requests.SendOnceAsync(
                (client, cancel) => client.PutBucketAsync(new PutBucketRequest { BucketName = options.Bucket }, cancel),
                cancellationToken);
        }
        catch (AmazonS3Exception exception) when (exception.ErrorCode == "BucketAlreadyOwnedByYou")
        {
            // Another service created it at the same moment.
        }

        await IfSupportedAsync((client, cancel) => client.PutCORSConfigurationAsync(CreateCors(), cancel), cancellationToken);
        await IfSupportedAsync((client, cancel) => client.PutLifecycleConfigurationAsync(CreateLifecycle(), cancel), cancellationToken);
    }

    private async Task IfSupportedAsync<T>(Func<AmazonS3Client, CancellationToken, Task<T>> request, CancellationToken cancellationToken)
    {
        try
        {
            await requests.SendOnceAsync(request, cancellationToken);
        }
        catch (AmazonS3Exception exception) when (exception.StatusCode == HttpStatusCode.NotImplemented)
        {
            // MinIO has no CORS rules for single buckets (it allows every origin) and aborts old uploads without a rule.
        }
    }

    private PutCORSConfigurationRequest CreateCors() => new()
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

    /// <summary>Rules that delete the uploads and staging objects of killed processes after a day.</summary>
    private PutLifecycleConfigurationRequest CreateLifecycle() => new()
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
                    Filter = CreatePrefixFilter(""),
                    AbortIncompleteMultipartUpload = new LifecycleRuleAbortIncompleteMultipartUpload { DaysAfterInitiation = 1 },
                },
                new LifecycleRule
                {
                    Id = "abandoned-staging",
                    Status = LifecycleRuleStatus.Enabled,
                    Filter = CreatePrefixFilter(S3ObjectStore.StagingPrefix),
                    Expiration = new LifecycleRuleExpiration { Days = 1 },
                },
            ],
        },
    };

    private static LifecycleFilter CreatePrefixFilter(string prefix) =>
        new() { LifecycleFilterPredicate = new LifecyclePrefixPredicate { Prefix = prefix } };
}
