using MangaMotion.Media.Workspaces;

namespace MangaMotion.Media.Images;

/// <summary>Makes the derivatives of pictures, in child processes.</summary>
public interface IImageRenderer
{
    /// <summary>
    /// Decodes a picture once and makes every variant of it, upright, in sRGB, without metadata.
    /// The files made lie in the workspace and go with it.
    /// </summary>
    /// <param name="workspace">The job's; it holds the input.</param>
    /// <param name="input">A file in the workspace; it stays.</param>
    /// <param name="type">What <see cref="Sniffing.MediaSniffer"/> said the file is.</param>
    /// <exception cref="MediaException">The file is refused, or a child failed; see <see cref="MediaException.Permanent"/>.</exception>
    /// <exception cref="OperationCanceledException">Canceled; the child is dead.</exception>
    Task<RenderedImage> RenderAsync(Workspace workspace, string input, MediaType type, ImageRequest request, CancellationToken cancellationToken);
}
