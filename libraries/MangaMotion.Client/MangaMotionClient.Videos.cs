using System.Text;
using MangaMotion.Api;

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

    /// <summary>Reads the script as JSON; its schema is <c>video-script.v1.json</c>.</summary>
    public async Task<string> GetScriptAsync(Guid id, CancellationToken cancellationToken = default)
    {
        using var response = await http.GetAsync($"{Videos}/{id}/script", cancellationToken);
        await ThrowIfRefusedAsync(response, cancellationToken);
        return await response.Content.ReadAsStringAsync(cancellationToken);
    }

    /// <summary>Replaces the script. Only the shots that the edit changes are rebuilt.</summary>
    public async Task<VideoStatus> PutScriptAsync(Guid id, string script, CancellationToken cancellationToken = default)
    {
        using var content = new StringContent(script, Encoding.UTF8, "application/json");
        using var response = await http.PutAsync($"{Videos}/{id}/script", content, cancellationToken);
        return await ReadAsync<VideoStatus>(response, cancellationToken);
    }

    /// <summary>Continues a video that waits for approval or stopped after a stage.</summary>
    public Task<VideoStatus> ApproveVideoAsync(Guid id, CancellationToken cancellationToken = default) =>
        PostAsync<VideoStatus>($"{Videos}/{id}/approve", cancellationToken);

    /// <summary>Copies a result file (<c>video</c>, <c>subtitles</c>, <c>transcript</c>, <c>poster</c>) to a stream.</summary>
    public async Task CopyVideoFileAsync(Guid id, string variant, Stream destination, CancellationToken cancellationToken = default)
    {
        using var response = await http.GetAsync($"{Videos}/{id}/{variant}", HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        await ThrowIfRefusedAsync(response, cancellationToken);
        await response.Content.CopyToAsync(destination, cancellationToken);
    }
}
