using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using MangaMotion.LocalStack;
using MangaMotion.TestSupport;

[assembly: AssemblyFixture(typeof(TestStack))]

namespace MangaMotion.Storage.Conformance;

/// <summary>Conformance of the S3 store on a real radosgw.</summary>
public sealed partial class S3Conformance(TestStack stack) : ObjectStoreConformance
{
    private const int PartSize = 5 * 1024 * 1024;

    private TestBucket _bucket = null!;

    public override async ValueTask DisposeAsync()
    {
        ((IDisposable)Store).Dispose();
        await _bucket.DisposeAsync();
        await base.DisposeAsync();
    }

    protected override async Task<IObjectStore> OpenStoreAsync()
    {
        _bucket = await stack.CreateBucketAsync();
        return _bucket.OpenStore(x => x.PartSize = PartSize);
    }

    protected override async Task<IReadOnlyCollection<string>> LeftoversAsync()
    {
        using var client = new AmazonS3Client(
            new BasicAWSCredentials(S3Server.AccessKey, S3Server.SecretKey),
            new AmazonS3Config { ServiceURL = _bucket.Endpoint.ToString(), ForcePathStyle = true, AuthenticationRegion = "us-east-1" });
        var uploads = await client.ListMultipartUploadsAsync(new ListMultipartUploadsRequest { BucketName = _bucket.Name }, Cancel);
        var staged = await client.ListObjectsV2Async(new ListObjectsV2Request { BucketName = _bucket.Name, Prefix = "~staging/" }, Cancel);
        return [.. (uploads.MultipartUploads ?? []).Select(x => x.Key), .. (staged.S3Objects ?? []).Select(x => x.Key)];
    }
}
