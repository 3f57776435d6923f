using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MangaMotion.VideoPipeline.Stages.VideoGen;

/// <summary>Runs predictions on Replicate: creates one, polls until it ends, and fetches its output.</summary>
internal sealed class ReplicateClient(HttpClient http, AuthenticationHeaderValue key, TimeSpan pollInterval) : IDisposable
{
    private const string Address = "https://api.replicate.com";
    private const long MostBytes = 500_000_000;

    public static ReplicateClient Create(string key, ReplicateOptions options)
    {
        var connections = new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5), AllowAutoRedirect = false };
        var retries = new RetryingHandler(options.Timeout, options.MaxRetries, TimeProvider.System) { InnerHandler = connections };
        var http = new HttpClient(retries)
        {
            BaseAddress = new Uri((options.BaseUrl ?? Address).TrimEnd('/') + "/"),
            Timeout = options.Deadline,
        };
        return new ReplicateClient(http, new AuthenticationHeaderValue("Bearer", key), options.PollInterval);
    }

    /// <summary>Runs a model and fetches its first output into a file.</summary>
    /// <exception cref="HttpRequestException">The provider refused, failed, or does not answer.</exception>
    /// <exception cref="JsonException">The answer has another form.</exception>
    public async Task RunAsync(
        string model, IReadOnlyDictionary<string, object> input, string path, CancellationToken cancellationToken)
    {
        // The prediction is polled, because a request that waits for its end would keep a connection for minutes.
        var prediction = await SendAsync(HttpMethod.Post, $"v1/models/{model}/predictions", new { input }, cancellationToken);
        try
        {
            while (prediction.Status is "starting" or "processing")
            {
                await Task.Delay(pollInterval, cancellationToken);
                var address = $"v1/predictions/{Uri.EscapeDataString(prediction.Id)}";
                prediction = await SendAsync(HttpMethod.Get, address, null, cancellationToken);
            }
        }
        catch
        {
            await CancelAsync(prediction.Id);
            throw;
        }

        if (prediction.Status != "succeeded")
            throw new HttpRequestException($"The prediction ended as {prediction.Status}: {prediction.Error}");
        await FetchAsync(FindOutput(prediction.Output), path, cancellationToken);
    }

    public void Dispose() => http.Dispose();

    /// <summary>Finds the address of the output. A model answers with one address or a list of them.</summary>
    private Uri FindOutput(JsonElement output)
    {
        var text = output.ValueKind == JsonValueKind.Array && output.GetArrayLength() > 0 ? output[0] : output;
        return text.ValueKind == JsonValueKind.String && Uri.TryCreate(text.GetString(), UriKind.Absolute, out var address)
            && (address.Host == http.BaseAddress!.Host || IsDelivery(address))
            ? address
            : throw new JsonException("The prediction names no address of Replicate's as its output.");
    }

    private static bool IsDelivery(Uri address) =>
        address.Scheme == "https"
        && (address.Host == "replicate.delivery" || address.Host.EndsWith(".replicate.delivery", StringComparison.Ordinal));

    private async Task<Prediction> SendAsync(HttpMethod method, string path, object? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path)
        {
            Headers = { Authorization = key },
            Content = body is null ? null : JsonContent.Create(body),
        };
        using var response = await http.SendAsync(request, cancellationToken);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync<Prediction>(ProviderOptions.Json, cancellationToken)
            ?? throw new JsonException("The answer is null.");
    }

    /// <summary>
    /// Cancels a prediction whose output is no longer needed, so that it is not paid for. If that fails, it runs to its end.
    /// </summary>
    private async Task CancelAsync(string id)
    {
        try
        {
            using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(2));
            await SendAsync(HttpMethod.Post, $"v1/predictions/{Uri.EscapeDataString(id)}/cancel", null, soon.Token);
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException or JsonException)
        {
            // The caller gets the failure that led to the cancel.
        }
    }

    /// <summary>Fetches the file. The key is not sent, because another host delivers the file.</summary>
    private async Task FetchAsync(Uri address, string path, CancellationToken cancellationToken)
    {
        using var response = await http.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        response.EnsureSuccessStatusCode();
        await using var file = File.Create(path);
        await using var content = await response.Content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = await content.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (file.Length + read > MostBytes)
                throw new HttpRequestException($"The provider's video is larger than {MostBytes:N0} bytes.");
            await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }
    }

    private sealed record Prediction(
        [property: JsonPropertyName("id"), JsonRequired] string Id,
        [property: JsonPropertyName("status"), JsonRequired] string Status,
        [property: JsonPropertyName("output")] JsonElement Output,
        [property: JsonPropertyName("error")] JsonElement Error);
}
