using System.Net.Http.Headers;
using System.Net.Http.Json;
using MangaMotion.Api;

namespace MangaMotion.Client;

/// <summary>Typed client of the HTTP API. Streams requests and answers.</summary>
/// <param name="http">HTTP client whose base address is the API's.</param>
public sealed partial class MangaMotionClient(HttpClient http)
{
    /// <summary>Time after which an instance that does not accept a connection is skipped.</summary>
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Sends submissions without a time limit: the duration depends on their size, and the caller's token cancels them.</summary>
    private HttpClient? _submitting;

    /// <summary>Creates a client for an address and an API key.</summary>
    /// <param name="connections">Connections that several clients share, not disposed; default: connections of this client.</param>
    public static MangaMotionClient Create(Uri address, string apiKey, HttpMessageHandler? connections = null)
    {
        var submitting = CreateHttp(address, apiKey, connections);
        submitting.Timeout = Timeout.InfiniteTimeSpan;
        return new(CreateHttp(address, apiKey, connections)) { _submitting = submitting };
    }

    /// <summary>
    /// Creates a client for several instances of the API. It uses the first one to which it can connect, and another one when that fails.
    /// </summary>
    /// <param name="addresses">At least one.</param>
    public static MangaMotionClient CreateWithFailover(IReadOnlyList<Uri> addresses, string apiKey) => addresses is [var only]
        ? Create(only, apiKey)
        : Create(addresses[0], apiKey, new AddressFailover(addresses, new SocketsHttpHandler { ConnectTimeout = ConnectTimeout }));

    internal static async Task ThrowIfRefusedAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.IsSuccessStatusCode)
            return;
        var problem = response.Content.Headers.ContentType is MediaTypeHeaderValue { MediaType: "application/problem+json" }
            ? await response.Content.ReadFromJsonAsync<Problem>(ApiJson.Options, cancellationToken)
            : null;
        throw new MangaMotionException(problem ?? new((int)response.StatusCode, "http_error", response.ReasonPhrase, null));
    }

    private static HttpClient CreateHttp(Uri address, string apiKey, HttpMessageHandler? connections)
    {
        var http = connections is null ? new HttpClient() : new HttpClient(connections, disposeHandler: false);
        http.BaseAddress = address;
        http.DefaultRequestHeaders.Add("X-Api-Key", apiKey);
        return http;
    }

    private static MultipartFormDataContent CreateForm(IEnumerable<FileToSend> files, IReadOnlyDictionary<string, string>? fields)
    {
        var form = new MultipartFormDataContent();
        foreach (var (field, value) in fields ?? new Dictionary<string, string>())
            form.Add(new StringContent(value), field);
        foreach (var file in files)
            form.Add(new StreamContent(file.Open()), "files", file.Name);
        return form;
    }

    private static string WriteQuery(IReadOnlyDictionary<string, string>? query) =>
        query is null
            ? ""
            : "?" + string.Join('&', query.Select(pair => $"{Uri.EscapeDataString(pair.Key)}={Uri.EscapeDataString(pair.Value)}"));

    private async Task<T> SubmitAsync<T>(string path, HttpContent content, string? idempotencyKey, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(path, content, idempotencyKey, "respond-async", cancellationToken);
        return await ReadAsync<T>(response, cancellationToken);
    }

    private async Task<HttpResponseMessage> SendAsync(
        string path, HttpContent content, string? idempotencyKey, string prefer, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
        request.Headers.Add("Prefer", prefer);
        // Not validated here: the API rejects an invalid key with a reason.
        if (idempotencyKey is not null)
            request.Headers.TryAddWithoutValidation("Idempotency-Key", idempotencyKey);
        return await (_submitting ?? http).SendAsync(request, cancellationToken);
    }

    private async Task<T> GetAsync<T>(string path, CancellationToken cancellationToken)
    {
        using var response = await http.GetAsync(path, cancellationToken);
        return await ReadAsync<T>(response, cancellationToken);
    }

    private async Task<T> PostAsync<T>(string path, CancellationToken cancellationToken)
    {
        using var response = await http.PostAsync(path, content: null, cancellationToken);
        return await ReadAsync<T>(response, cancellationToken);
    }

    private async Task<T> PostJsonAsync<T>(string path, object request, CancellationToken cancellationToken)
    {
        using var response = await http.PostAsJsonAsync(path, request, ApiJson.Options, cancellationToken);
        return await ReadAsync<T>(response, cancellationToken);
    }

    private static async Task<T> ReadAsync<T>(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await ThrowIfRefusedAsync(response, cancellationToken);
        return await response.Content.ReadFromJsonAsync<T>(ApiJson.Options, cancellationToken)
            ?? throw new MangaMotionException(new((int)response.StatusCode, "empty_answer", null, "The API sent an empty answer."));
    }
}
