using MangaMotion.Comics.Panels;

namespace MangaMotion.Comics.Camera;

/// <summary>
/// One panel on a canvas that is as large as its camera path needs, independent of the size of the page. Around the panel the canvas is a
/// backdrop, so that no parts of neighbouring panels are visible.
/// </summary>
/// <param name="Width">Width of the canvas in pixels.</param>
/// <param name="Height">Height of the canvas in pixels.</param>
/// <param name="Left">Left side of the panel on the canvas; negative if part of the panel lies outside.</param>
/// <param name="Top">Top side of the panel on the canvas; negative if part of the panel lies outside.</param>
/// <param name="PanelWidth">Width of the panel in canvas pixels.</param>
/// <param name="PanelHeight">Height of the panel in canvas pixels.</param>
/// <param name="Path">Camera path in canvas pixels.</param>
public sealed record PanelStage(int Width, int Height, int Left, int Top, int PanelWidth, int PanelHeight, CameraPath Path)
{
    /// <summary>
    /// Maximum number of canvas pixels. It bounds a worker's memory: 9 bytes for each, and a third more for the reduced planes.
    /// </summary>
    private const double MaxPixels = 12_000_000;

    /// <summary>Creates the stage of one shot.</summary>
    /// <param name="path">Camera path in page pixels.</param>
    public static PanelStage Create(Panel panel, FrameSize output, CameraPath path)
    {
        var windows = path.Windows.ToList();
        double left = windows.Min(window => window.X), top = windows.Min(window => window.Y);
        var width = windows.Max(window => window.X + window.Width) - left;
        var height = windows.Max(window => window.Y + window.Height) - top;

        // In the narrowest window one canvas pixel is one video pixel, unless the page has fewer pixels.
        var scale = Math.Min(1, output.Width / windows.Min(window => window.Width));
        scale = Math.Min(scale, Math.Sqrt(MaxPixels / (width * height)));

        return new PanelStage(
            Math.Max(2, (int)Math.Ceiling(width * scale)),
            Math.Max(2, (int)Math.Ceiling(height * scale)),
            (int)Math.Round((panel.X - left) * scale),
            (int)Math.Round((panel.Y - top) * scale),
            Math.Max(2, (int)Math.Round(panel.Width * scale)),
            Math.Max(2, (int)Math.Round(panel.Height * scale)),
            path.Select(MoveToCanvas));

        CameraWindow MoveToCanvas(CameraWindow window) =>
            new((window.X - left) * scale, (window.Y - top) * scale, window.Width * scale, window.Height * scale);
    }

    /// <summary>Draws the mask of the panel on the canvas; null for a panel that fills its box.</summary>
    public byte[]? CreateMask(Panel panel) => PanelMask.DrawPanel(panel, PanelWidth, PanelHeight);
}
