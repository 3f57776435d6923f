using MangaMotion.Media.Workspaces;

namespace MangaMotion.Media.Images;

/// <summary>Renders derivatives of pictures.</summary>
public interface IImageRenderer
{
    /// <summary>
    /// Decodes a picture once and renders every variant: upright, in sRGB, without metadata. The files are in the workspace.
    /// </summary>
    /// <param name="workspace">Workspace of the job, which holds the input.</param>
    /// <param name="input">File in the workspace. It is not changed.</param>
    /// <param name="type">Type of the file, as <see cref="Sniffing.MediaSniffer"/> found it.</param>
    /// <exception cref="MediaException">
    /// The file is refused, or a media host failed; see <see cref="MediaException.Permanent"/>.
    /// </exception>
    /// <exception cref="OperationCanceledException">Canceled; the media host was killed.</exception>
    Task<RenderedImage> RenderAsync(
        Workspace workspace, string input, MediaType type, ImageRequest request, CancellationToken cancellationToken);
}
