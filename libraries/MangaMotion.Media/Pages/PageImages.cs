using MangaMotion.Media.Chapters;
using MangaMotion.Media.Hosts;
using MangaMotion.Media.Sniffing;
using MangaMotion.Media.Workspaces;
using Microsoft.Extensions.Options;

namespace MangaMotion.Media.Pages;

/// <summary>
/// Accepts images as pages by the same decoder, limits and list of types as derivatives of images, so that a file gets one verdict
/// whichever way it comes.
/// </summary>
public sealed class PageImages(MediaHostPool hosts, IOptions<MediaOptions> options)
{
    /// <summary>The list of types, as the second half of a sentence.</summary>
    public const string Types = "a page is a JPEG, PNG, WebP, GIF, TIFF, HEIC or AVIF image.";

    /// <summary>A JPEG has no more pixels to a side.</summary>
    private const int LongestSide = 65_000;

    /// <summary>Longest side in pixels of the picture that is made only to see whether the image can be decoded.</summary>
    private const int ProbeSide = 320;

    private readonly MediaLimits _limits = options.Value.Limits;

    /// <summary>
    /// Decodes an image. An image that ffmpeg would not show as intended, because of its type, colours or orientation, is converted to
    /// JPEG.
    /// </summary>
    /// <param name="path">A file in the workspace, or a link to one.</param>
    /// <returns>The file itself, or the JPEG in its place.</returns>
    /// <exception cref="MediaException">The image is damaged, cut short or over a limit, or the media host failed.</exception>
    public async Task<PageFile> AcceptAsync(Workspace workspace, string path, CancellationToken cancellationToken)
    {
        var sniffed = MediaSniffer.SniffFile(path);
        if (sniffed.Type is not { Kind: MediaKind.Image } type)
            throw new UnsupportedMediaException($"This is {sniffed.Description}; {Types}");

        var file = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        // A TIFF is converted, because it may hold a small copy in front of the page, or colours that ffmpeg does not know.
        if (type != MediaType.Tiff && FindDecoder(type) is not null)
        {
            if (await AskAsync(file, type, ProbeSide, (answer, _) => answer.IsPlain, cancellationToken))
                return new PageFile(path, type);
        }

        var jpeg = await AskAsync(file, type, LongestSide, (answer, output) => Take(workspace, answer, output), cancellationToken);
        File.Move(jpeg, path, overwrite: true);
        return new PageFile(path, MediaType.Jpeg);
    }

    private Task<T> AskAsync<T>(string file, MediaType type, int side, Func<ImageAnswer, HostOutput, T> take, CancellationToken cancellationToken)
    {
        var variant = new HostVariant("page", side, MediaType.Jpeg.Extension, Quality: 94, Progressive: false);
        var job = new ImageJob
        {
            Type = type.Name,
            Pictures = new HostPictures([variant], [255, 255, 255]),
            MaxPixels = _limits.Pixels,
            MaxFrames = _limits.Frames,
        };
        return hosts.AskAsync(file, type, job, take, cancellationToken);
    }

    /// <summary>Finds FFmpeg's demuxer and decoders for a type of page; null if it has none.</summary>
    public static (string Format, string Codecs)? FindDecoder(MediaType type) => type switch
    {
        _ when type == MediaType.Jpeg => ("jpeg_pipe", "mjpeg"),
        _ when type == MediaType.Png => ("png_pipe", "png"),
        _ when type == MediaType.Webp => ("webp_pipe", "webp,vp8"),
        _ when type == MediaType.Gif => ("gif", "gif"),
        _ when type == MediaType.Tiff => ("tiff_pipe", "tiff"),
        _ => null,
    };

    private static string Take(Workspace workspace, ImageAnswer answer, HostOutput output) =>
        answer.Files is [var file, ..]
            ? output.TakePicture(workspace, file.Name, MediaType.Jpeg.Extension, file.Width, file.Height).Path
            : throw new ToolFailedException(output.Tool, "the page is missing in the answer");
}
