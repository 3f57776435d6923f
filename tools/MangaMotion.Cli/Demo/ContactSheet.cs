using System.Net;
using System.Text;
using System.Text.Json;
using MangaMotion.Api;
using MangaMotion.Client;

namespace MangaMotion.Cli.Demo;

/// <summary>HTML page with the originals, their derivatives and the video; needs no server.</summary>
internal static class ContactSheet
{
    // Browsers do not display TIFF.
    private static readonly string[] Displayable = ["image/jpeg", "image/png", "image/webp", "image/gif"];

    private static readonly string[] Columns = ["thumbnail", "preview", "animation"];

    private const string Head =
        """
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
        <title>MangaMotion: contact sheet</title>
        <style>
        :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
        body { max-width: 72rem; margin: 2rem auto; padding: 0 1rem }
        table { border-collapse: collapse; width: 100% }
        th, td { text-align: left; vertical-align: top; padding: .75rem; border-bottom: 1px solid #8884 }
        img { max-width: 100%; height: auto; border-radius: 4px;
          background: repeating-conic-gradient(#ccc 0 25%, #fff 0 50%) 0 0/16px 16px }
        video { width: 100%; border-radius: 4px }
        .thumbnail { width: 160px } .preview { width: 420px } .original { width: 240px } .failed { color: #b3261e } small { opacity: .7 }
        </style></head><body>
        <!--video-->
        <h1>Contact sheet</h1>
        <p>Sent to the ingest API, queued in RabbitMQ, and converted by the thumbnail worker in a sandboxed process.
        MangaMotion drew every image itself.</p>
        <table><tr><th>original</th><th>thumbnail</th><th>preview</th><th>animation</th></tr>
        """;

    /// <summary>Result files of the video and their names beside the page.</summary>
    public static IReadOnlyList<(string Variant, string Name)> VideoFiles { get; } =
    [
        (VideoVariants.Video, "video.mp4"),
        (VideoVariants.Subtitles, "video.vtt"),
        (VideoVariants.Transcript, "video.txt"),
        (VideoVariants.Poster, "video.jpg"),
    ];

    /// <returns>Path of the page.</returns>
    public static async Task<string> WriteAsync(
        MangaMotionClient client, Guid ingest, VideoStatus video, string folder, CancellationToken cancellationToken)
    {
        var html = new StringBuilder(Head.Replace("<!--video-->", WriteVideo(video), StringComparison.Ordinal));
        await foreach (var asset in client.ListAssetsAsync(ingest, cancellationToken))
            html.AppendLine(await WriteRowAsync(client, asset, folder, cancellationToken));
        html.AppendLine("</table></body></html>");
        var page = Path.Combine(folder, "index.html");
        await File.WriteAllTextAsync(page, html.ToString(), cancellationToken);
        return page;
    }

    private static string WriteVideo(VideoStatus video) =>
        $"""
        <h1>{WebUtility.HtmlEncode(video.Title)}</h1>
        <p>A chapter that MangaMotion drew, read, narrated and rendered on this machine: {video.Shots.Count} shots,
        {video.Results!.Seconds:0} seconds. <a href="video.txt">Transcript</a></p>
        <video controls preload="metadata" poster="video.jpg" src="video.mp4">
        <track kind="subtitles" src="video.vtt" srclang="en" default></video>
        """;

    private static async Task<string> WriteRowAsync(
        MangaMotionClient client, AssetStatus asset, string folder, CancellationToken cancellationToken)
    {
        var name = WebUtility.HtmlEncode(asset.Name);
        if (asset.Result is not { } result)
        {
            return $"<tr><td>{name}</td><td colspan=\"3\" class=\"failed\">{asset.Status}: {WebUtility.HtmlEncode(asset.Error)}</td></tr>";
        }

        var cells = new StringBuilder();
        var files = result.GetProperty("files").EnumerateArray();
        foreach (var file in files.OrderBy(file => Array.IndexOf(Columns, file.GetProperty("variant").GetString())))
            cells.Append(await WriteCellAsync(client, asset, file, folder, cancellationToken));
        var mediaType = result.GetProperty("media_type").GetString();
        var image = Displayable.Contains(mediaType) ? $"<img class=\"original\" src=\"{name}\" alt=\"{name}\"><br>" : "";
        var frames = result.GetProperty("frames").GetInt32();
        var animation = frames > 1 ? $", {frames} frames" : "";
        var description = $"{mediaType}, {result.GetProperty("width")} × {result.GetProperty("height")}{animation}";
        return $"<tr><td>{image}<a href=\"{name}\">{name}</a><br><small>{description}</small></td>{cells}</tr>";
    }

    private static async Task<string> WriteCellAsync(
        MangaMotionClient client, AssetStatus asset, JsonElement file, string folder, CancellationToken cancellationToken)
    {
        var variant = file.GetProperty("variant").GetString()!;
        var name = $"{Path.GetFileNameWithoutExtension(asset.Name)}.{variant}{Path.GetExtension(file.GetProperty("key").GetString())}";
        var bytes = await client.GetAssetAsync(asset.AssetId, variant, cancellationToken);
        await File.WriteAllBytesAsync(Path.Combine(folder, name), bytes, cancellationToken);
        var description = $"{variant}, {file.GetProperty("width")} × {file.GetProperty("height")}, {bytes.Length / 1024.0:0} KB";
        return $"<td><img class=\"{variant}\" src=\"{WebUtility.HtmlEncode(name)}\" "
            + $"alt=\"{variant} of {WebUtility.HtmlEncode(asset.Name)}\"><br><small>{description}</small></td>";
    }
}
