using MangaMotion.Storage.Disk;
using MangaMotion.Storage.S3;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MangaMotion.Storage.Conformance;

public sealed class StorageOptionsTests
{
    private static readonly Dictionary<string, string?> PlainNames = new()
    {
        ["S3_ENDPOINT"] = "http://127.0.0.1:1",
        ["S3_BUCKET"] = "b",
        ["S3_ACCESS_KEY"] = "a",
        ["S3_SECRET_KEY"] = "s",
    };

    [Fact]
    public void Plain_names_alone_configure_S3()
    {
        using var host = Build(PlainNames);

        host.Services.GetRequiredService<IObjectStore>().ShouldBeOfType<S3ObjectStore>();
    }

    [Fact]
    public void The_section_overrides_the_plain_names()
    {
        using var host = Build(
            new(PlainNames) { ["Storage:S3:Bucket"] = "mine", ["Storage:Kind"] = "disk", ["Storage:Disk:Root"] = "/objects" });

        host.Services.GetRequiredService<IObjectStore>().ShouldBeOfType<DiskObjectStore>();
        host.Services.GetRequiredService<IOptions<StorageOptions>>().Value.S3.Bucket.ShouldBe("mine");
    }

    [Theory]
    [InlineData("Storage:Kind", "disk", "Storage__Disk__Root")]
    [InlineData("Storage:S3:Endpoint", "ftp://x", "S3_ENDPOINT")]
    [InlineData("Storage:S3:Bucket", " ", "S3_BUCKET")]
    [InlineData("Storage:S3:PartSize", "1000", "Storage__S3__PartSize")]
    [InlineData("Storage:S3:PartsInFlight", "0", "Storage__S3__PartsInFlight")]
    [InlineData("Storage:S3:MaxRetries", "11", "Storage__S3__MaxRetries")]
    [InlineData("Storage:S3:RequestTimeout", "0", "Storage__S3__RequestTimeout")]
    public async Task An_invalid_setting_fails_the_start_and_is_named(string setting, string value, string named)
    {
        using var host = Build(new(PlainNames) { [setting] = value });

        (await Should.ThrowAsync<OptionsValidationException>(() => host.StartAsync(TestContext.Current.CancellationToken)))
            .Message.ShouldContain(named);
    }

    [Fact]
    public async Task A_store_that_is_unavailable_does_not_end_the_service()
    {
        using var host = Build(PlainNames);

        await host.StartAsync(TestContext.Current.CancellationToken);

        (await Should.ThrowAsync<IOException>(
            () => host.Services.GetRequiredService<IObjectStore>().CheckAsync(TestContext.Current.CancellationToken)))
            .Message.ShouldContain("127.0.0.1:1");
    }

    private static IHost Build(Dictionary<string, string?> settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Logging.ClearProviders();
        builder.Services.AddObjectStore(builder.Configuration);
        return builder.Build();
    }
}
