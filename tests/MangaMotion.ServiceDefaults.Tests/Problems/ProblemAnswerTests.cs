using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using MangaMotion.ServiceDefaults.Problems;
using MangaMotion.ServiceDefaults.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc;
using Npgsql;
using RabbitMQ.Client.Exceptions;

namespace MangaMotion.ServiceDefaults.Tests.Problems;

public sealed class ProblemAnswerTests : IAsyncLifetime
{
    private TestService _service = null!;

    public async ValueTask InitializeAsync() => _service = await TestService.StartAsync(map: app =>
    {
        app.MapGet("/known", void () => throw new ProblemException(
            409, "already_running", "Job 7 is running already; wait for it or cancel it.",
            new Dictionary<string, object?> { ["jobId"] = 7 }));
        app.MapGet("/bug", void () => throw new InvalidOperationException("the secret inner workings"));
        app.MapGet("/database", void () => throw new NpgsqlException("Failed to connect to 10.0.0.9", new SocketException(111)));
        app.MapGet("/shutdown", void () => throw new PostgresException("terminating connection", "FATAL", "FATAL", "57P01"));
        app.MapGet("/constraint", void () => throw new PostgresException("duplicate key", "ERROR", "ERROR", "23505"));
        app.MapGet("/broker", void () => throw new BrokerUnreachableException(new SocketException(111)));
        app.MapGet("/storage", void () => throw new IOException("The store does not answer."));
        app.MapPost("/accept", void () => throw new BrokerUnreachableException(new SocketException(111)));
        app.MapGet("/bare", () => Results.StatusCode(403));
        app.MapGet("/framework", () => TypedResults.Problem("said by the framework", statusCode: 422));
        app.MapPost("/json", ([FromBody] Body body) => body.Count);
        app.MapPost("/small", async (HttpRequest request) =>
        {
            await request.Body.CopyToAsync(Stream.Null);
            return Results.Ok();
        }).WithMetadata(new SizeLimit(10));
    });

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Fact]
    public async Task A_problem_carries_its_status_code_detail_and_extensions()
    {
        var problem = await GetAsync("/known", HttpStatusCode.Conflict);

        problem.GetProperty("type").GetString().ShouldBe("urn:mangamotion:problem:already_running");
        problem.GetProperty("title").GetString().ShouldBe("Conflict");
        problem.GetProperty("status").GetInt32().ShouldBe(409);
        problem.GetProperty("detail").GetString().ShouldBe("Job 7 is running already; wait for it or cancel it.");
        problem.GetProperty("code").GetString().ShouldBe("already_running");
        problem.GetProperty("jobId").GetInt32().ShouldBe(7);
        problem.GetProperty("traceId").GetString()!.Length.ShouldBe(32);
    }

    [Fact]
    public async Task A_bug_is_logged_with_its_stack_and_answered_without_it()
    {
        var problem = await GetAsync("/bug", HttpStatusCode.InternalServerError);

        problem.GetProperty("code").GetString().ShouldBe("internal_error");
        problem.GetRawText().ShouldNotContain("inner workings");
        var line = _service.Logs.All.Single(line => line.StartsWith("Error", StringComparison.Ordinal));
        line.ShouldContain("GET /bug");
        line.ShouldContain("inner workings");
    }

    [Theory]
    [InlineData("/database", "database")]
    [InlineData("/shutdown", "database")]
    [InlineData("/broker", "broker")]
    [InlineData("/storage", "storage")]
    public async Task An_unavailable_server_is_a_503_with_its_kind_and_a_retry_time(string path, string dependency)
    {
        using var response = await _service.Client.GetAsync(path);
        var problem = await ReadAsync(response, HttpStatusCode.ServiceUnavailable);

        response.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(5));
        problem.GetProperty("code").GetString().ShouldBe("dependency_unavailable");
        problem.GetProperty("dependency").GetString().ShouldBe(dependency);
        problem.GetProperty("detail").GetString().ShouldBe($"The {dependency} is unavailable. Try again in 5 s.");
    }

    [Fact]
    public async Task A_refused_submission_says_that_nothing_was_accepted()
    {
        using var response = await _service.Client.PostAsync("/accept", content: null);

        (await ReadAsync(response, HttpStatusCode.ServiceUnavailable)).GetProperty("detail").GetString()
            .ShouldBe("The broker is unavailable. Nothing was accepted. Try again in 5 s.");
    }

    [Fact]
    public async Task A_statement_that_the_database_rejects_is_an_internal_error_and_not_an_outage() =>
        (await GetAsync("/constraint", HttpStatusCode.InternalServerError)).GetProperty("code").GetString().ShouldBe("internal_error");

    [Theory]
    [InlineData("{", "invalid_json")]
    [InlineData("""{"count":"many"}""", "invalid_json")]
    [InlineData("", "invalid_json")]
    public async Task A_body_that_is_not_the_expected_json_is_a_400_with_the_reason(string body, string code)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await _service.Client.PostAsync("/json", content);

        (await ReadAsync(response, HttpStatusCode.BadRequest)).GetProperty("code").GetString().ShouldBe(code);
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_a_413()
    {
        using var content = new ByteArrayContent(new byte[11]);
        using var response = await _service.Client.PostAsync("/small", content);

        (await ReadAsync(response, HttpStatusCode.RequestEntityTooLarge)).GetProperty("code").GetString().ShouldBe("too_large");
    }

    [Fact]
    public async Task An_unknown_path_is_a_404_problem() =>
        (await GetAsync("/nowhere", HttpStatusCode.NotFound)).GetProperty("code").GetString().ShouldBe("not_found");

    [Fact]
    public async Task A_wrong_method_is_a_405_that_names_the_right_one()
    {
        using var response = await _service.Client.DeleteAsync("/known");
        var problem = await ReadAsync(response, HttpStatusCode.MethodNotAllowed);

        problem.GetProperty("code").GetString().ShouldBe("method_not_allowed");
        problem.GetProperty("detail").GetString().ShouldBe("/known does not answer DELETE; it answers GET.");
    }

    [Theory]
    [InlineData("/bare", HttpStatusCode.Forbidden, "forbidden")]
    [InlineData("/framework", HttpStatusCode.UnprocessableEntity, "unprocessable")]
    public async Task Errors_of_the_framework_have_a_code(string path, HttpStatusCode status, string code) =>
        (await GetAsync(path, status)).GetProperty("code").GetString().ShouldBe(code);

    private async Task<JsonElement> GetAsync(string path, HttpStatusCode status)
    {
        using var response = await _service.Client.GetAsync(path);
        return await ReadAsync(response, status);
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage response, HttpStatusCode status)
    {
        response.StatusCode.ShouldBe(status);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        return JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
    }

    private sealed record Body(int Count);

    private sealed record SizeLimit(long? MaxRequestBodySize) : IRequestSizeLimitMetadata;
}
