using MangaMotion.Media.Chapters;
using MangaMotion.Media.Hosts;
using MangaMotion.Media.Sniffing;
using MangaMotion.Media.Workspaces;
using Microsoft.Extensions.Options;

namespace MangaMotion.Media.Pages;

/// <summary>
/// Accepts images as pages by the same decoder, limits and list of types as derivatives of images, so that a file has the same result as
/// a page and as an asset.
/// </summary>
public sealed class PageImages(MediaHostPool hosts, IOptions<MediaOptions> options)
{
    /// <summary>List of the types, as the second half of a sentence.</summary>
    public const string Types = "a page is a JPEG, PNG, WebP, GIF, TIFF, HEIC or AVIF image.";

    /// <summary>Most pixels of a side of a JPEG.</summary>
    private const int LongestSide = 65_000;

    /// <summary>Longest side in pixels of the picture that is made only to check whether the image can be decoded.</summary>
    private const int ProbeSide = 320;

    private readonly MediaLimits _limits = options.Value.Limits;

    /// <summary>
    /// Decodes an image. An image that ffmpeg would not show as intended, because of its type, colours or orientation, is converted to
    /// JPEG.
    /// </summary>
    /// <param name="path">File in the workspace, or link to a file.</param>
    /// <returns>The file itself, or the JPEG that replaced it.</returns>
    /// <exception cref="MediaException">The image is damaged, cut short or over a limit, or the media host failed.</exception>
    public async Task<PageFile> AcceptAsync(Workspace workspace, string path, CancellationToken cancellationToken)
    {
        var sniffed = MediaSniffer.SniffFile(path);
        if (sniffed.Type is not { Kind: MediaKind.Image } type)
            throw new UnsupportedMediaException($"This is {sniffed.Description}; {Types}");

        var file = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        // A TIFF is converted, because it may hold a small copy before the page, or colours that ffmpeg does not support.
        if (type != MediaType.Tiff && FindDecoder(type) is not null
            && await RenderAsync(file, type, ProbeSide, (answer, _) => answer.IsPlain, cancellationToken))
        {
            return new PageFile(path, type);
        }

        var jpeg = await RenderAsync(file, type, LongestSide, (answer, output) => TakePage(workspace, answer, output), cancellationToken);
        File.Move(jpeg, path, overwrite: true);
        return new PageFile(path, MediaType.Jpeg);
    }

    private Task<T> RenderAsync<T>(
        string file, MediaType type, int side, Func<ImageAnswer, HostOutput, T> collect, CancellationToken cancellationToken)
    {
        var variant = new HostVariant("page", side, MediaType.Jpeg.Extension, Quality: 94, Progressive: false);
        var job = new ImageJob
        {
            Type = type.Name,
            Pictures = new HostPictures([variant], [255, 255, 255]),
            MaxPixels = _limits.Pixels,
            MaxFrames = _limits.Frames,
        };
        return hosts.RunJobAsync(file, type, job, collect, cancellationToken);
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

    private static string TakePage(Workspace workspace, ImageAnswer answer, HostOutput output) =>
        answer.Files is [var file, ..]
            ? output.TakePicture(workspace, file.Name, MediaType.Jpeg.Extension, file.Width, file.Height).Path
            : throw new ToolFailedException(output.Tool, "the page is missing in the answer");
}
