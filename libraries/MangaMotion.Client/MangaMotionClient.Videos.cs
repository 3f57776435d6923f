using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using MangaMotion.Api;
using MangaMotion.Comics.Script;

namespace MangaMotion.Client;

public sealed partial class MangaMotionClient
{
    private const string Videos = "api/v1/videos";

    /// <summary>Submits a chapter for a video.</summary>
    /// <param name="fields">Form fields of the API, such as <c>direction</c>.</param>
    /// <inheritdoc cref="IngestAsync(IEnumerable{FileToSend}, IReadOnlyDictionary{string, string}?, string?, CancellationToken)"/>
    public async Task<VideoAccepted> CreateVideoAsync(
        IEnumerable<FileToSend> files, IReadOnlyDictionary<string, string>? fields = null, string? idempotencyKey = null,
        CancellationToken cancellationToken = default)
    {
        using var form = CreateForm(files, fields);
        return await SubmitAsync<VideoAccepted>(Videos, form, idempotencyKey, cancellationToken);
    }

    /// <summary>Lists one page of videos, newest first.</summary>
    /// <param name="query"><c>state</c>, <c>collection</c>, <c>q</c>, <c>owner</c>, <c>pageSize</c>, <c>pageToken</c>.</param>
    public Task<VideoList> GetVideosAsync(
        IReadOnlyDictionary<string, string>? query = null, CancellationToken cancellationToken = default) =>
        GetAsync<VideoList>($"{Videos}{WriteQuery(query)}", cancellationToken);

    /// <summary>Reads the status of a video with its stages and shots.</summary>
    public Task<VideoStatus> GetVideoAsync(Guid id, CancellationToken cancellationToken = default) =>
        GetAsync<VideoStatus>($"{Videos}/{id}", cancellationToken);

    /// <summary>Reads the newest script.</summary>
    public async Task<StoredScript> GetScriptAsync(Guid id, CancellationToken cancellationToken = default)
    {
        using var response = await http.GetAsync($"{Videos}/{id}/script", cancellationToken);
        await ThrowIfRefusedAsync(response, cancellationToken);
        var script = ScriptJson.Read(await response.Content.ReadAsByteArrayAsync(cancellationToken));
        return new(script, response.Headers.ETag?.Tag ?? "*");
    }

    /// <summary>Replaces the script. Only the shots that the edit changes are rebuilt.</summary>
    /// <param name="version"><see cref="StoredScript.Version"/> that was edited; null: the newest.</param>
    public Task<VideoStatus> PutScriptAsync(
        Guid id, VideoScript script, string? version = null, CancellationToken cancellationToken = default) =>
        PutScriptAsync(id, ScriptJson.Write(script), version, cancellationToken);

    /// <param name="script">JSON in UTF-8; its schema is <c>video-script.v1.json</c>.</param>
    /// <inheritdoc cref="PutScriptAsync(Guid, VideoScript, string?, CancellationToken)"/>
    public Task<VideoStatus> PutScriptAsync(
        Guid id, byte[] script, string? version = null, CancellationToken cancellationToken = default) =>
        EditScriptAsync(HttpMethod.Put, $"{Videos}/{id}/script", script, version, cancellationToken);

    /// <summary>Changes members of one shot of the script. Only the shots that the edit changes are rebuilt.</summary>
    /// <param name="members">Members by their names in JSON, such as <c>line</c>; null removes a value.</param>
    /// <inheritdoc cref="PutScriptAsync(Guid, VideoScript, string?, CancellationToken)"/>
    public Task<VideoStatus> EditShotAsync(
        Guid id, string shot, JsonObject members, string? version = null, CancellationToken cancellationToken = default) =>
        EditScriptAsync(
            HttpMethod.Patch, $"{Videos}/{id}/script/shots/{Uri.EscapeDataString(shot)}",
            JsonSerializer.SerializeToUtf8Bytes(members), version, cancellationToken);

    /// <summary>Returns what replacing the script would make again.</summary>
    public Task<ScriptPreview> PreviewScriptAsync(Guid id, VideoScript script, CancellationToken cancellationToken = default) =>
        PreviewScriptAsync(id, ScriptJson.Write(script), cancellationToken);

    /// <param name="script">JSON in UTF-8.</param>
    /// <inheritdoc cref="PreviewScriptAsync(Guid, VideoScript, CancellationToken)"/>
    public async Task<ScriptPreview> PreviewScriptAsync(Guid id, byte[] script, CancellationToken cancellationToken = default)
    {
        using var content = CreateJson(script);
        using var response = await http.PostAsync($"{Videos}/{id}/script/preview", content, cancellationToken);
        return await ReadAsync<ScriptPreview>(response, cancellationToken);
    }

    /// <summary>
    /// Makes one shot of the newest script before the rest of the video. It is made if the status of the answer is <c>DONE</c>; else
    /// <see cref="VideoShot.SegmentUrl"/> and <see cref="VideoShot.Error"/> of <see cref="GetVideoAsync"/> show when it is.
    /// </summary>
    /// <param name="shot">Name of the shot in the script.</param>
    public Task<ShotPreview> PreviewShotAsync(Guid id, string shot, CancellationToken cancellationToken = default) =>
        PostAsync<ShotPreview>($"{Videos}/{id}/shots/{Uri.EscapeDataString(shot)}/preview", cancellationToken);

    /// <summary>Continues a video that waits for approval or stopped after a stage.</summary>
    public Task<VideoStatus> ApproveVideoAsync(Guid id, CancellationToken cancellationToken = default) =>
        PostAsync<VideoStatus>($"{Videos}/{id}/approve", cancellationToken);

    /// <summary>
    /// Copies a result file (<c>video</c>, <c>subtitles</c>, <c>transcript</c>, <c>poster</c>, <c>variants/NAME</c>) to a stream.
    /// </summary>
    public Task CopyVideoFileAsync(Guid id, string variant, Stream destination, CancellationToken cancellationToken = default) =>
        CopyAsync($"{Videos}/{id}/{variant}", destination, cancellationToken);

    /// <summary>Copies a file of a shot (<c>voice</c>, <c>segment</c>) to a stream.</summary>
    /// <param name="shot">Name of the shot in the script.</param>
    public Task CopyShotFileAsync(
        Guid id, string shot, string file, Stream destination, CancellationToken cancellationToken = default) =>
        CopyAsync($"{Videos}/{id}/shots/{Uri.EscapeDataString(shot)}/{file}", destination, cancellationToken);

    /// <summary>Copies the picture of a page to a stream.</summary>
    /// <param name="page">Number of the page in the script.</param>
    public Task CopyPageAsync(Guid id, int page, Stream destination, CancellationToken cancellationToken = default) =>
        CopyAsync($"{Videos}/{id}/pages/{page}", destination, cancellationToken);

    /// <summary>Copies the thumbnail of a detected panel, a JPEG, to a stream.</summary>
    /// <param name="page">Number of the page in the script.</param>
    /// <param name="panel">Place in reading order, from 1.</param>
    public Task CopyPanelAsync(Guid id, int page, int panel, Stream destination, CancellationToken cancellationToken = default) =>
        CopyAsync($"{Videos}/{id}/pages/{page}/panels/{panel}", destination, cancellationToken);

    private async Task CopyAsync(string path, Stream destination, CancellationToken cancellationToken)
    {
        using var response = await http.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        await ThrowIfRefusedAsync(response, cancellationToken);
        await response.Content.CopyToAsync(destination, cancellationToken);
    }

    /// <summary>Reads the cast of a collection: voices of its speakers, and how its names are said.</summary>
    public Task<CollectionCast> GetCollectionCastAsync(string collection, CancellationToken cancellationToken = default) =>
        GetAsync<CollectionCast>(CastOf(collection), cancellationToken);

    /// <summary>Replaces the cast of a collection. Videos that are submitted later take it.</summary>
    public async Task<CollectionCast> SetCollectionCastAsync(
        string collection, CollectionCast cast, CancellationToken cancellationToken = default)
    {
        using var response = await http.PutAsJsonAsync(CastOf(collection), cast, ApiJson.Options, cancellationToken);
        return await ReadAsync<CollectionCast>(response, cancellationToken);
    }

    /// <param name="json">JSON in UTF-8.</param>
    /// <inheritdoc cref="SetCollectionCastAsync(string, CollectionCast, CancellationToken)"/>
    public async Task<CollectionCast> SetCollectionCastAsync(
        string collection, byte[] json, CancellationToken cancellationToken = default)
    {
        using var content = CreateJson(json);
        using var response = await http.PutAsync(CastOf(collection), content, cancellationToken);
        return await ReadAsync<CollectionCast>(response, cancellationToken);
    }

    private static string CastOf(string collection) => $"api/v1/collections/{Uri.EscapeDataString(collection)}/cast";

    private async Task<VideoStatus> EditScriptAsync(
        HttpMethod method, string path, byte[] json, string? version, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path) { Content = CreateJson(json) };
        if (version is not null)
            request.Headers.TryAddWithoutValidation("If-Match", version);
        using var response = await http.SendAsync(request, cancellationToken);
        return await ReadAsync<VideoStatus>(response, cancellationToken);
    }

    private static ByteArrayContent CreateJson(byte[] json) =>
        new(json) { Headers = { ContentType = new("application/json") } };
}
