using System.Net;
using System.Text;
using System.Text.Json;
using MangaMotion.Client;

namespace MangaMotion.Cli.Demo;

/// <summary>A page of originals and what was made of them, readable without a server.</summary>
internal static class ContactSheet
{
    // A browser shows no TIFF.
    private static readonly string[] Shown = ["image/jpeg", "image/png", "image/webp", "image/gif"];

    private static readonly string[] Columns = ["thumbnail", "preview", "animation"];

    private const string Head =
        """
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>MangaMotion: contact sheet</title>
        <style>
        :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
        body { max-width: 72rem; margin: 2rem auto; padding: 0 1rem }
        table { border-collapse: collapse; width: 100% }
        th, td { text-align: left; vertical-align: top; padding: .75rem; border-bottom: 1px solid #8884 }
        img { max-width: 100%; height: auto; border-radius: 4px; background: repeating-conic-gradient(#ccc 0 25%, #fff 0 50%) 0 0/16px 16px }
        video { width: 100%; border-radius: 4px }
        .thumbnail { width: 160px } .preview { width: 420px } .original { width: 240px } .failed { color: #b3261e } small { opacity: .7 }
        </style></head><body>
        <!--video-->
        <h1>Contact sheet</h1>
        <p>Posted to the ingest API, carried over RabbitMQ, made by the thumbnail worker in a sandboxed child process. Every picture here was drawn by MangaMotion's own code.</p>
        <table><tr><th>original</th><th>thumbnail</th><th>preview</th><th>animation</th></tr>
        """;

    /// <summary>Results of the video and the files beside the page that hold them.</summary>
    public static IReadOnlyList<(string Variant, string Name)> VideoFiles { get; } =
        [("video", "video.mp4"), ("subtitles", "video.vtt"), ("transcript", "video.txt"), ("poster", "video.jpg")];

    /// <returns>The page's path.</returns>
    public static async Task<string> WriteAsync(MangaMotionClient client, Guid ingest, VideoStatus video, string folder, CancellationToken cancellationToken)
    {
        var html = new StringBuilder(Head.Replace("<!--video-->", VideoOf(video), StringComparison.Ordinal));
        await foreach (var asset in client.ListAssetsAsync(ingest, cancellationToken))
            html.AppendLine(await RowAsync(client, asset, folder, cancellationToken));
        html.AppendLine("</table></body></html>");
        var page = Path.Combine(folder, "index.html");
        await File.WriteAllTextAsync(page, html.ToString(), cancellationToken);
        return page;
    }

    private static string VideoOf(VideoStatus video) =>
        $"""
        <h1>{WebUtility.HtmlEncode(video.Title)}</h1>
        <p>A chapter drawn by MangaMotion's own code, read, spoken, filmed and joined on this machine: {video.Shots.Count} shots, {video.Results!.Seconds:0} seconds. <a href="video.txt">Transcript</a></p>
        <video controls preload="metadata" poster="video.jpg" src="video.mp4"><track kind="subtitles" src="video.vtt" srclang="en" default></video>
        """;

    private static async Task<string> RowAsync(MangaMotionClient client, AssetStatus asset, string folder, CancellationToken cancellationToken)
    {
        var name = WebUtility.HtmlEncode(asset.Name);
        if (asset.Result is not { } result)
            return $"<tr><td>{name}</td><td colspan=\"3\" class=\"failed\">{asset.Status}: {WebUtility.HtmlEncode(asset.Error)}</td></tr>";

        var cells = new StringBuilder();
        foreach (var file in result.GetProperty("files").EnumerateArray().OrderBy(file => Array.IndexOf(Columns, file.GetProperty("variant").GetString())))
            cells.Append(await CellAsync(client, asset, file, folder, cancellationToken));
        var original = Shown.Contains(result.GetProperty("media_type").GetString()) ? $"<img class=\"original\" src=\"{name}\" alt=\"{name}\"><br>" : "";
        return $"<tr><td>{original}<a href=\"{name}\">{name}</a><br><small>{result.GetProperty("media_type")}, {result.GetProperty("width")} × {result.GetProperty("height")}"
            + $"{(result.GetProperty("frames").GetInt32() is > 1 and var frames ? $", {frames} frames" : "")}</small></td>{cells}</tr>";
    }

    private static async Task<string> CellAsync(MangaMotionClient client, AssetStatus asset, JsonElement file, string folder, CancellationToken cancellationToken)
    {
        var variant = file.GetProperty("variant").GetString()!;
        var name = $"{Path.GetFileNameWithoutExtension(asset.Name)}.{variant}{Path.GetExtension(file.GetProperty("key").GetString())}";
        await File.WriteAllBytesAsync(Path.Combine(folder, name), await client.GetAssetAsync(asset.AssetId, variant, cancellationToken), cancellationToken);
        return $"<td><img class=\"{variant}\" src=\"{WebUtility.HtmlEncode(name)}\" alt=\"{variant} of {WebUtility.HtmlEncode(asset.Name)}\">"
            + $"<br><small>{variant}, {file.GetProperty("width")} × {file.GetProperty("height")}, {file.GetProperty("bytes").GetInt64() / 1024.0:0} KB</small></td>";
    }
}
