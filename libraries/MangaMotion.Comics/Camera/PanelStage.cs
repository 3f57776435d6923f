using MangaMotion.Comics.Panels;

namespace MangaMotion.Comics.Camera;

/// <summary>
/// One panel taken off its page and set on a canvas that is just as large as the camera's way needs, whatever the size of the page.
/// Around the panel the canvas is a backdrop, so that no scraps of its neighbours are seen.
/// </summary>
/// <param name="Width">Pixels of the canvas.</param>
/// <param name="Height">Pixels of the canvas.</param>
/// <param name="Left">Where the panel lies on the canvas; a negative part of it lies outside.</param>
/// <param name="Top">As <paramref name="Left"/>.</param>
/// <param name="PanelWidth">Pixels of the panel on the canvas.</param>
/// <param name="PanelHeight">Pixels of the panel on the canvas.</param>
/// <param name="Path">The camera's way, in pixels of the canvas.</param>
public sealed record PanelStage(int Width, int Height, int Left, int Top, int PanelWidth, int PanelHeight, CameraPath Path)
{
    /// <summary>Pixels of a canvas, which bounds a worker's memory: 9 bytes each and a third more for the halved planes.</summary>
    private const double MostPixels = 12_000_000;

    /// <param name="seconds">Length of the shot, more than 0.</param>
    /// <param name="move">Null takes the move that suits the panel's shape.</param>
    /// <param name="lettering">What has to be seen, and when.</param>
    public static PanelStage Create(
        Panel panel, FrameSize output, double seconds, ReadingDirection direction, CameraMove? move = null, IReadOnlyList<PanelLettering>? lettering = null)
    {
        var path = CameraPlan.Over(panel, output, seconds, direction, move, lettering);
        double left = Math.Min(path.Start.X, path.End.X), top = Math.Min(path.Start.Y, path.End.Y);
        var width = Math.Max(path.Start.X + path.Start.Width, path.End.X + path.End.Width) - left;
        var height = Math.Max(path.Start.Y + path.Start.Height, path.End.Y + path.End.Height) - top;

        // Where the camera is closest, a pixel of the canvas is one of the video, or the page has no more.
        var scale = Math.Min(1, output.Width / Math.Min(path.Start.Width, path.End.Width));
        scale = Math.Min(scale, Math.Sqrt(MostPixels / (width * height)));

        return new PanelStage(
            Math.Max(2, (int)Math.Ceiling(width * scale)),
            Math.Max(2, (int)Math.Ceiling(height * scale)),
            (int)Math.Round((panel.X - left) * scale),
            (int)Math.Round((panel.Y - top) * scale),
            Math.Max(2, (int)Math.Round(panel.Width * scale)),
            Math.Max(2, (int)Math.Round(panel.Height * scale)),
            new CameraPath(path.Move, OnCanvas(path.Start), OnCanvas(path.End), seconds, path.Leave, path.Arrive));

        CameraWindow OnCanvas(CameraWindow window) => new((window.X - left) * scale, (window.Y - top) * scale, window.Width * scale, window.Height * scale);
    }

    /// <summary>Which pixels of the panel on the canvas are its own; null where all are.</summary>
    public byte[]? Mask(Panel panel) => PanelMask.Of(panel, PanelWidth, PanelHeight);
}
