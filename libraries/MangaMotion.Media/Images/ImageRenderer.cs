using MangaMotion.Media.Hosts;
using MangaMotion.Media.Workspaces;
using Microsoft.Extensions.Options;

namespace MangaMotion.Media.Images;

/// <summary>Makes derivatives of pictures by libvips, in the kept children.</summary>
public sealed class ImageRenderer(MediaHostPool hosts, IOptions<MediaOptions> options) : IImageRenderer
{
    private const string Animation = "animation";

    private readonly MediaLimits _limits = options.Value.Limits;

    public Task<RenderedImage> RenderAsync(
        Workspace workspace, string input, MediaType type, ImageRequest request, CancellationToken cancellationToken)
    {
        request.Validate();
        if (type.Kind != MediaKind.Image)
            throw new ArgumentException($"{type} is no image.", nameof(type));

        var job = new ImageJob
        {
            Type = type.Name,
            Pictures = Ask(request),
            Animation = request.AnimationSize is { } size ? new HostAnimation(Animation, size, 70, _limits.AnimationFrames, _limits.AnimationPixels) : null,
            MaxPixels = _limits.Pixels,
            MaxFrames = _limits.Frames,
        };
        return hosts.AskAsync(input, type, job, (answer, output) => Take(workspace, answer, output, request), cancellationToken);
    }

    /// <summary>Describes the variants of a request to a child.</summary>
    internal static HostPictures Ask(ImageRequest request) => new(
        [.. request.Variants.OrderByDescending(v => v.Size).Select(v => new HostVariant(v.Name, v.Size, Extension(v.Format), v.Quality, v.Progressive, v.Fit == ImageFit.Crop))],
        [request.Background.Red, request.Background.Green, request.Background.Blue]);

    /// <summary>Moves the files that a child has made of a picture into the workspace.</summary>
    /// <exception cref="ToolFailedException">A variant is missing, or is not what it should be.</exception>
    internal static RenderedImage Take(Workspace workspace, ImageAnswer answer, HostOutput output, ImageRequest request)
    {
        var files = new List<MediaFile>();
        foreach (var (name, format) in request.Variants.Select(v => (v.Name, v.Format)).Append((Animation, ImageFormat.Webp)))
        {
            if (answer.Files.FirstOrDefault(file => file.Name == name) is { } file)
                files.Add(output.TakePicture(workspace, name, Extension(format), file.Width, file.Height));
            else if (name != Animation)
                throw new ToolFailedException(output.Tool, $"the variant '{name}' is missing in the answer");
        }

        return new RenderedImage
        {
            Width = answer.Width,
            Height = answer.Height,
            Frames = answer.Frames,
            HasAlpha = answer.HasAlpha,
            Orientation = answer.Orientation,
            ThumbHash = answer.ThumbHash,
            Notes = [.. answer.Notes.Select(Sentence)],
            Files = files,
        };
    }

    private static string Sentence(HostNote note) => note switch
    {
        HostNote.FirstFrameOnly => "The file is an animation; only its first picture is shown.",
        _ => "Text in Chinese, Japanese or Korean may be unreadable, because its fonts are not in the file; embed them and export it again.",
    };

    private static string Extension(ImageFormat format) => format switch
    {
        ImageFormat.Jpeg => "jpg",
        ImageFormat.Webp => "webp",
        ImageFormat.Avif => "avif",
        _ => "png",
    };
}
