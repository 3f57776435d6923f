using MangaMotion.ServiceDefaults.Configuration;
using MangaMotion.TestSupport;
using Microsoft.Extensions.Configuration;

namespace MangaMotion.ServiceDefaults.Tests.Configuration;

public sealed class PlainNamesTests
{
    [Theory]
    [InlineData("MAX_RETRY_ATTEMPTS", "5", "Retry:MaxAttempts", "5")]
    [InlineData("RETRY_DELAY_SECONDS", "90", "Retry:Delay", "00:01:30")]
    [InlineData("RETRY_DELAY_SECONDS", "0.5", "Retry:Delay", "00:00:00.5000000")]
    [InlineData("MAX_RETRIES", "4", "Retry:MaxAttempts", "5")]
    [InlineData("MAX_RETRIES", "0", "Retry:MaxAttempts", "1")]
    [InlineData("MAX_RETRIES", "many", "Retry:MaxAttempts", "many")]
    [InlineData("WORKER_THREADS", "8", "Jobs:Concurrency", "8")]
    [InlineData("ASYNC_THUMBNAILS", "false", "Ingest:AsyncThumbnails", "false")]
    [InlineData("ASYNC_THUMBNAILS", "0", "Ingest:AsyncThumbnails", "false")]
    [InlineData("ASYNC_THUMBNAILS", "1", "Ingest:AsyncThumbnails", "true")]
    [InlineData("QUEUE_BACKEND", "RabbitMQ", "Bus:Backend", "rabbitmq")]
    [InlineData("S3_ENDPOINT", "http://127.0.0.1:9000", "Storage:S3:Endpoint", "http://127.0.0.1:9000")]
    [InlineData("S3_SECRET_KEY", "s", "Storage:S3:SecretKey", "s")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4317", "Telemetry:OtlpEndpoint", "http://127.0.0.1:4317")]
    public void A_plain_name_sets_its_key(string name, string value, string key, string expected) =>
        Configure((name, value))[key].ShouldBe(expected);

    [Fact]
    public void Of_two_names_for_one_key_the_first_in_the_list_wins() =>
        Configure(("MAX_RETRIES", "9"), ("MAX_RETRY_ATTEMPTS", "5"))["Retry:MaxAttempts"].ShouldBe("5");

    [Fact]
    public void A_value_that_is_not_a_number_is_kept_for_the_validation() =>
        Configure(("RETRY_DELAY_SECONDS", "soon"))["Retry:Delay"].ShouldBe("soon");

    [Fact]
    public void The_libpq_names_make_one_connection_string_with_special_characters()
    {
        var text = Configure(("PGHOST", "db"), ("PGPORT", "5433"), ("PGUSER", "me"), ("PGPASSWORD", "a;b=\"c'"), ("PGDATABASE", "m"))
            .GetConnectionString("Postgres");

        var parsed = new Npgsql.NpgsqlConnectionStringBuilder(text);
        (parsed.Host, parsed.Port, parsed.Username, parsed.Password, parsed.Database).ShouldBe(("db", 5433, "me", "a;b=\"c'", "m"));
    }

    [Fact]
    public void Every_plain_name_is_documented()
    {
        var page = File.ReadAllText(Repository.PathOf("docs/configuration.md"));

        foreach (var plain in PlainName.All)
            page.ShouldContain($"| `{plain.Name}` | `{plain.Key.Replace(":", "__")}` | {plain.Meaning} |");
    }

    [Fact]
    public void An_empty_variable_sets_nothing() => Configure(("MAX_RETRY_ATTEMPTS", ""))["Retry:MaxAttempts"].ShouldBeNull();

    [Fact]
    public void A_later_source_overrides_a_plain_name()
    {
        var configuration = new ConfigurationBuilder();
        configuration.AddPlainNames(name => name == "MAX_RETRY_ATTEMPTS" ? "5" : null);
        configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Retry:MaxAttempts"] = "7" });

        configuration.Build()["Retry:MaxAttempts"].ShouldBe("7");
    }

    [Fact]
    public void Plain_names_override_files_and_are_overridden_by_the_environment()
    {
        var configuration = new ConfigurationBuilder();
        configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Retry:MaxAttempts"] = "from a file" });
        configuration.AddEnvironmentVariables();

        configuration.AddPlainNames(_ => "5");

        configuration.Sources.Count.ShouldBe(3);
        configuration.Sources[2].GetType().Name.ShouldBe("EnvironmentVariablesConfigurationSource");
        configuration.Build()["Retry:MaxAttempts"].ShouldBe("5");
    }

    private static IConfigurationRoot Configure(params (string Name, string Value)[] variables)
    {
        var configuration = new ConfigurationBuilder();
        configuration.AddPlainNames(name => variables.FirstOrDefault(x => x.Name == name).Value);
        return configuration.Build();
    }
}
