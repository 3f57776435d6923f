using MangaMotion.Media.Hosts;
using MangaMotion.Media.Workspaces;
using Microsoft.Extensions.Options;

namespace MangaMotion.Media.Images;

/// <summary>Renders derivatives of pictures by libvips in the media hosts.</summary>
public sealed class ImageRenderer(MediaHostPool hosts, IOptions<MediaOptions> options) : IImageRenderer
{
    private const string Animation = "animation";
    private const int AnimationQuality = 70;

    private readonly MediaLimits _limits = options.Value.Limits;

    public Task<RenderedImage> RenderAsync(
        Workspace workspace, string input, MediaType type, ImageRequest request, CancellationToken cancellationToken)
    {
        request.Validate();
        if (type.Kind != MediaKind.Image)
            throw new ArgumentException($"{type} is not an image.", nameof(type));

        var job = new ImageJob
        {
            Type = type.Name,
            Pictures = CreatePictures(request),
            Animation = request.AnimationSize is { } size
                ? new HostAnimation(Animation, size, AnimationQuality, _limits.AnimationFrames, _limits.AnimationPixels)
                : null,
            MaxPixels = _limits.Pixels,
            MaxFrames = _limits.Frames,
        };
        return hosts.RunJobAsync(input, type, job, (answer, output) => Collect(workspace, answer, output, request), cancellationToken);
    }

    /// <summary>Describes the variants of a request for a media host.</summary>
    internal static HostPictures CreatePictures(ImageRequest request) => new(
        [.. request.Variants.OrderByDescending(variant => variant.Size).Select(CreateVariant)],
        [request.Background.Red, request.Background.Green, request.Background.Blue]);

    private static HostVariant CreateVariant(ImageVariant variant) => new(
        variant.Name,
        variant.Size,
        Extension(variant.Format),
        variant.Quality,
        variant.Progressive,
        variant.Fit == ImageFit.Crop);

    /// <summary>Moves the variants that a media host made into the workspace.</summary>
    /// <exception cref="ToolFailedException">A variant is missing, or has another type.</exception>
    internal static RenderedImage Collect(Workspace workspace, ImageAnswer answer, HostOutput output, ImageRequest request)
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
        _ =>
            "Text in Chinese, Japanese or Korean may be unreadable, because its fonts are not in the file; embed them and export it again.",
    };

    private static string Extension(ImageFormat format) => format switch
    {
        ImageFormat.Jpeg => "jpg",
        ImageFormat.Webp => "webp",
        ImageFormat.Avif => "avif",
        _ => "png",
    };
}
