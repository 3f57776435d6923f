using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace MangaMotion.Client;

/// <summary>The HTTP API, typed. Streams what it sends and what it gets.</summary>
/// <param name="http">Its base address is that of the service.</param>
public sealed partial class MangaMotionClient(HttpClient http)
{
    private const string Ingests = "api/v1/ingest";

    /// <summary>For links to the store: they are their own right, and our key is none of the store's business.</summary>
    private static readonly HttpClient Store = new() { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>For what is submitted: how long that takes is a matter of its size, and the caller's token ends it.</summary>
    private HttpClient? _submitting;

    /// <summary>The API's JSON: snake_case names.</summary>
    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web) { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>A client of the service at an address, with a key.</summary>
    public static MangaMotionClient Create(Uri address, string apiKey)
    {
        HttpClient New()
        {
            var http = new HttpClient { BaseAddress = address };
            http.DefaultRequestHeaders.Add("X-Api-Key", apiKey);
            return http;
        }

        var submitting = New();
        submitting.Timeout = Timeout.InfiniteTimeSpan;
        return new(New()) { _submitting = submitting };
    }

    /// <summary>Submits files under their names, with further form fields such as <c>collection</c>.</summary>
    /// <param name="idempotencyKey">1 to 255 printable characters: the same key with the same request is accepted once, however often it is sent.</param>
    /// <exception cref="MangaMotionException">The API refused.</exception>
    public async Task<IngestAccepted> IngestAsync(
        IEnumerable<FileToSend> files, IReadOnlyDictionary<string, string>? fields = null, string? idempotencyKey = null, CancellationToken cancellationToken = default)
    {
        using var form = FormOf(files, fields);
        return await SubmitAsync<IngestAccepted>(Ingests, form, idempotencyKey, cancellationToken);
    }

    /// <summary>Submits files and waits for the end, for a minute at most unless the service allows more.</summary>
    /// <param name="wait">Whole seconds, at least one.</param>
    /// <param name="idempotencyKey">As of <see cref="IngestAsync(IEnumerable{FileToSend}, IReadOnlyDictionary{string, string}?, string?, CancellationToken)"/>.</param>
    /// <returns>The status at the end, or where the time was up before: then it is not <c>finished</c>.</returns>
    /// <exception cref="MangaMotionException">The API refused.</exception>
    public async Task<IngestStatus> IngestAndWaitAsync(
        IEnumerable<FileToSend> files, TimeSpan wait, IReadOnlyDictionary<string, string>? fields = null, string? idempotencyKey = null, CancellationToken cancellationToken = default)
    {
        using var form = FormOf(files, fields);
        return await SubmitAndWaitAsync(form, wait, idempotencyKey, cancellationToken);
    }

    /// <summary>Submits JSON records (an array, one object, or an object on each line), with further form fields such as <c>collection</c>.</summary>
    /// <param name="payload">Sent as it is read, and disposed.</param>
    /// <param name="idempotencyKey">As of <see cref="IngestAsync(IEnumerable{FileToSend}, IReadOnlyDictionary{string, string}?, string?, CancellationToken)"/>.</param>
    /// <exception cref="MangaMotionException">The API refused.</exception>
    public async Task<IngestAccepted> IngestRecordsAsync(
        Stream payload, IReadOnlyDictionary<string, string>? fields = null, string? idempotencyKey = null, CancellationToken cancellationToken = default)
    {
        using var form = FormOf([], fields);
        form.Add(new StreamContent(payload), "payload");
        return await SubmitAsync<IngestAccepted>(Ingests, form, idempotencyKey, cancellationToken);
    }

    /// <summary>One page of a collection's records.</summary>
    /// <param name="query">Filters and further parameters: <c>filter[price][gte]</c> to <c>5</c>, <c>pageSize</c> to <c>1000</c>.</param>
    public Task<RecordPage> GetRecordsAsync(string collection, IReadOnlyDictionary<string, string>? query = null, CancellationToken cancellationToken = default) =>
        GetAsync<RecordPage>($"api/v1/collections/{Uri.EscapeDataString(collection)}/records{QueryOf(query)}", cancellationToken);

    /// <summary>One page of the records of an ingest, which need not be in a collection.</summary>
    /// <param name="query">As of <see cref="GetRecordsAsync(string, IReadOnlyDictionary{string, string}?, CancellationToken)"/>.</param>
    public Task<RecordPage> GetRecordsAsync(Guid ingestId, IReadOnlyDictionary<string, string>? query = null, CancellationToken cancellationToken = default) =>
        GetAsync<RecordPage>($"api/v1/ingest/{ingestId}/records{QueryOf(query)}", cancellationToken);

    /// <summary>Puts one file straight into the store, for files that are too large to go through the service.</summary>
    /// <param name="content">Seekable, so that its length is known; read from its position.</param>
    /// <returns>The upload's id, to be handed in by <see cref="IngestAsync(IngestOfUploads, string?, CancellationToken)"/>.</returns>
    /// <exception cref="MangaMotionException">The API or the store refused.</exception>
    public async Task<Guid> UploadAsync(
        string name, Stream content, string contentType = "application/octet-stream", string? sha256 = null, CancellationToken cancellationToken = default)
    {
        var link = await CreateUploadAsync(new(content.Length - content.Position, name, contentType, sha256), cancellationToken);
        using var request = new HttpRequestMessage(new HttpMethod(link.Method), link.Url) { Content = new StreamContent(content) };
        foreach (var (header, value) in link.Headers)
            request.Content.Headers.TryAddWithoutValidation(header, value);
        using var response = await Store.SendAsync(request, cancellationToken);
        await ThrowIfRefusedAsync(response, cancellationToken);
        return link.UploadId;
    }

    /// <summary>A link to put one file straight into the store.</summary>
    public async Task<UploadLink> CreateUploadAsync(UploadRequest upload, CancellationToken cancellationToken = default)
    {
        using var response = await http.PostAsJsonAsync("api/v1/uploads", upload, Json, cancellationToken);
        return await ReadAsync<UploadLink>(response, cancellationToken);
    }

    /// <summary>Submits files and records that were put straight into the store.</summary>
    /// <param name="idempotencyKey">As of <see cref="IngestAsync(IEnumerable{FileToSend}, IReadOnlyDictionary{string, string}?, string?, CancellationToken)"/>.</param>
    /// <exception cref="MangaMotionException">The API refused.</exception>
    public async Task<IngestAccepted> IngestAsync(IngestOfUploads ingest, string? idempotencyKey = null, CancellationToken cancellationToken = default)
    {
        using var content = JsonContent.Create(ingest, options: Json);
        return await SubmitAsync<IngestAccepted>(Ingests, content, idempotencyKey, cancellationToken);
    }

    /// <summary>The same, and waits for the end.</summary>
    /// <inheritdoc cref="IngestAndWaitAsync(IEnumerable{FileToSend}, TimeSpan, IReadOnlyDictionary{string, string}?, string?, CancellationToken)"/>
    public async Task<IngestStatus> IngestAndWaitAsync(
        IngestOfUploads ingest, TimeSpan wait, string? idempotencyKey = null, CancellationToken cancellationToken = default)
    {
        using var content = JsonContent.Create(ingest, options: Json);
        return await SubmitAndWaitAsync(content, wait, idempotencyKey, cancellationToken);
    }

    /// <summary>The status with one page of assets.</summary>
    public Task<IngestStatus> GetIngestStatusAsync(Guid id, string? pageToken = null, CancellationToken cancellationToken = default) =>
        GetAsync<IngestStatus>($"api/v1/ingest/{id}/status" + (pageToken is null ? "" : $"?pageToken={Uri.EscapeDataString(pageToken)}"), cancellationToken);

    /// <summary>All assets, page by page.</summary>
    public async IAsyncEnumerable<AssetStatus> ListAssetsAsync(Guid ingestId, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        string? pageToken = null;
        do
        {
            var page = await GetIngestStatusAsync(ingestId, pageToken, cancellationToken);
            foreach (var asset in page.Assets)
                yield return asset;
            pageToken = page.NextPageToken;
        }
        while (pageToken is not null);
    }

    /// <summary>
    /// The jobs of an ingest as they are now, then as they change, until all are over. Goes on by itself after a broken
    /// connection; of many changes of one job in a short time the last one comes.
    /// </summary>
    /// <param name="lastEventId">The <see cref="JobEvent.EventId"/> after which to go on; null begins with every job.</param>
    public IAsyncEnumerable<JobEvent> WatchIngestAsync(Guid id, string? lastEventId = null, CancellationToken cancellationToken = default) =>
        new EventStream(http, $"api/v1/ingest/{id}/events", lastEventId).ReadAsync(cancellationToken);

    /// <summary>One job as it is now, then as it changes, until it is over; see <see cref="WatchIngestAsync"/>.</summary>
    public IAsyncEnumerable<JobEvent> WatchJobAsync(Guid id, string? lastEventId = null, CancellationToken cancellationToken = default) =>
        new EventStream(http, $"api/v1/jobs/{id}/events", lastEventId).ReadAsync(cancellationToken);

    public Task<JobStatusAnswer> GetJobAsync(Guid id, CancellationToken cancellationToken = default) =>
        GetAsync<JobStatusAnswer>($"api/v1/jobs/{id}", cancellationToken);

    public Task<JobStatusAnswer> CancelJobAsync(Guid id, CancellationToken cancellationToken = default) => PostAsync($"api/v1/jobs/{id}/cancel", cancellationToken);

    public Task<JobStatusAnswer> RetryJobAsync(Guid id, CancellationToken cancellationToken = default) => PostAsync($"api/v1/jobs/{id}/retry", cancellationToken);

    /// <summary>The bytes of the original (<c>original</c>) or of a derivative (<c>preview</c>, <c>thumbnail</c>, …).</summary>
    public async Task<byte[]> GetAssetAsync(Guid assetId, string variant, CancellationToken cancellationToken = default)
    {
        using var response = await http.GetAsync($"api/v1/assets/{assetId}/{variant}", HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        await ThrowIfRefusedAsync(response, cancellationToken);
        return await response.Content.ReadAsByteArrayAsync(cancellationToken);
    }

    private static MultipartFormDataContent FormOf(IEnumerable<FileToSend> files, IReadOnlyDictionary<string, string>? fields)
    {
        var form = new MultipartFormDataContent();
        foreach (var (field, value) in fields ?? new Dictionary<string, string>())
            form.Add(new StringContent(value), field);
        foreach (var file in files)
            form.Add(new StreamContent(file.Open()), "files", file.Name);
        return form;
    }

    private async Task<T> SubmitAsync<T>(string path, HttpContent content, string? idempotencyKey, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(path, content, idempotencyKey, "respond-async", cancellationToken);
        return await ReadAsync<T>(response, cancellationToken);
    }

    private async Task<IngestStatus> SubmitAndWaitAsync(HttpContent content, TimeSpan wait, string? idempotencyKey, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(Ingests, content, idempotencyKey, $"wait={(long)wait.TotalSeconds}", cancellationToken);
        return response.StatusCode == HttpStatusCode.Accepted
            ? await GetIngestStatusAsync((await ReadAsync<IngestAccepted>(response, cancellationToken)).JobId, cancellationToken: cancellationToken)
            : await ReadAsync<IngestStatus>(response, cancellationToken);
    }

    private async Task<HttpResponseMessage> SendAsync(string path, HttpContent content, string? idempotencyKey, string prefer, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
        request.Headers.Add("Prefer", prefer);
        // What is no key is for the API to refuse.
        if (idempotencyKey is not null)
            request.Headers.TryAddWithoutValidation("Idempotency-Key", idempotencyKey);
        return await (_submitting ?? http).SendAsync(request, cancellationToken);
    }

    private static string QueryOf(IReadOnlyDictionary<string, string>? query) =>
        query is null ? "" : "?" + string.Join('&', query.Select(parameter => $"{Uri.EscapeDataString(parameter.Key)}={Uri.EscapeDataString(parameter.Value)}"));

    /// <summary>Submits a chapter to make a video of, with further form fields such as <c>direction</c>.</summary>
    /// <param name="idempotencyKey">As of <see cref="IngestAsync(IEnumerable{FileToSend}, IReadOnlyDictionary{string, string}?, string?, CancellationToken)"/>.</param>
    /// <exception cref="MangaMotionException">The API refused.</exception>
    public async Task<VideoAccepted> CreateVideoAsync(
        IEnumerable<FileToSend> files, IReadOnlyDictionary<string, string>? fields = null, string? idempotencyKey = null, CancellationToken cancellationToken = default)
    {
        using var form = FormOf(files, fields);
        return await SubmitAsync<VideoAccepted>("api/v1/videos", form, idempotencyKey, cancellationToken);
    }

    public Task<VideoStatus> GetVideoAsync(Guid id, CancellationToken cancellationToken = default) =>
        GetAsync<VideoStatus>($"api/v1/videos/{id}", cancellationToken);

    /// <summary>The script, JSON as its schema says.</summary>
    public async Task<string> GetScriptAsync(Guid id, CancellationToken cancellationToken = default)
    {
        using var response = await http.GetAsync($"api/v1/videos/{id}/script", cancellationToken);
        await ThrowIfRefusedAsync(response, cancellationToken);
        return await response.Content.ReadAsStringAsync(cancellationToken);
    }

    /// <summary>Replaces the script; what it changes is made again.</summary>
    public async Task<VideoStatus> PutScriptAsync(Guid id, string script, CancellationToken cancellationToken = default)
    {
        using var content = new StringContent(script, System.Text.Encoding.UTF8, "application/json");
        using var response = await http.PutAsync($"api/v1/videos/{id}/script", content, cancellationToken);
        return await ReadAsync<VideoStatus>(response, cancellationToken);
    }

    /// <summary>Lets a video go on that waits for approval or was stopped after a stage.</summary>
    public async Task<VideoStatus> ApproveVideoAsync(Guid id, CancellationToken cancellationToken = default)
    {
        using var response = await http.PostAsync($"api/v1/videos/{id}/approve", content: null, cancellationToken);
        return await ReadAsync<VideoStatus>(response, cancellationToken);
    }

    /// <summary>Brings a result (<c>video</c>, <c>subtitles</c>, <c>transcript</c>, <c>poster</c>) to a stream.</summary>
    public async Task CopyVideoFileAsync(Guid id, string variant, Stream destination, CancellationToken cancellationToken = default)
    {
        using var response = await http.GetAsync($"api/v1/videos/{id}/{variant}", HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        await ThrowIfRefusedAsync(response, cancellationToken);
        await response.Content.CopyToAsync(destination, cancellationToken);
    }

    private async Task<T> GetAsync<T>(string path, CancellationToken cancellationToken)
    {
        using var response = await http.GetAsync(path, cancellationToken);
        return await ReadAsync<T>(response, cancellationToken);
    }

    private async Task<JobStatusAnswer> PostAsync(string path, CancellationToken cancellationToken)
    {
        using var response = await http.PostAsync(path, content: null, cancellationToken);
        return await ReadAsync<JobStatusAnswer>(response, cancellationToken);
    }

    private static async Task<T> ReadAsync<T>(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await ThrowIfRefusedAsync(response, cancellationToken);
        return await response.Content.ReadFromJsonAsync<T>(Json, cancellationToken)
            ?? throw new MangaMotionException(new((int)response.StatusCode, "empty_answer", null, "The API answered with nothing."));
    }

    internal static async Task ThrowIfRefusedAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.IsSuccessStatusCode)
            return;
        var problem = response.Content.Headers.ContentType is MediaTypeHeaderValue { MediaType: "application/problem+json" }
            ? await response.Content.ReadFromJsonAsync<Problem>(Json, cancellationToken)
            : null;
        throw new MangaMotionException(problem ?? new((int)response.StatusCode, "http_error", response.ReasonPhrase, null));
    }
}

/// <param name="Open">Called once, when the file is sent; the stream is disposed afterwards.</param>
public sealed record FileToSend(string Name, Func<Stream> Open)
{
    public static FileToSend FromDisk(string path) => new(Path.GetFileName(path), () => File.OpenRead(path));
}

/// <summary>The API refused a request.</summary>
public sealed class MangaMotionException(Problem problem) : Exception($"{problem.Status} {problem.Code}: {problem.Detail ?? problem.Title}")
{
    public Problem Problem { get; } = problem;
}
