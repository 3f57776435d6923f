namespace MangaMotion.Comics.Panels;

/// <summary>Finds the part of a panel that a viewer looks at.</summary>
/// <remarks>The constants were chosen by eye on contact sheets in portrait and square; <c>PanelFocusTests</c> holds them.</remarks>
public static class PanelFocus
{
    /// <summary>Side of the window that is moved over the panel, as a share of its shorter side.</summary>
    private const double WindowShare = 0.7;

    /// <summary>Weight of a cell in the middle of the panel. A cell at the frame has 1, because it holds less of interest.</summary>
    private const double MiddleWeight = 1.5;

    /// <summary>Finds the middle of the window with the most detail.</summary>
    /// <param name="grey">Pixels of the page, row after row without gaps.</param>
    /// <param name="width">Width of the page in pixels.</param>
    /// <param name="panel">Panel on the page.</param>
    /// <returns>Point in page pixels; the middle of the panel if nothing is drawn in it.</returns>
    public static PagePoint Find(ReadOnlySpan<byte> grey, int width, Panel panel)
    {
        var busy = PanelDetail.FindBusyCells(grey, width, panel);
        var side = WindowShare * Math.Min(panel.Width, panel.Height);
        var (across, down) = (CountCells(side, panel.Width), CountCells(side, panel.Height));
        var best = (Weight: 0.0, X: 0.0, Y: 0.0, Count: 0);
        for (var top = 0; top <= PanelDetail.Cells - down; top++)
        {
            for (var left = 0; left <= PanelDetail.Cells - across; left++)
            {
                var weight = 0.0;
                for (var y = top; y < top + down; y++)
                {
                    for (var x = left; x < left + across; x++)
                        weight += busy[(y * PanelDetail.Cells) + x] ? GetWeight(x, y) : 0;
                }

                // Of equal windows the mean place counts, so an evenly drawn panel has its focus in the middle.
                if (weight > best.Weight + 1e-9)
                    best = (weight, left, top, 1);
                else if (weight > 0 && weight > best.Weight - 1e-9)
                    best = (weight, best.X + left, best.Y + top, best.Count + 1);
            }
        }

        var (middleX, middleY) = best.Count == 0
            ? (0.5, 0.5)
            : (((best.X / best.Count) + (across / 2.0)) / PanelDetail.Cells, ((best.Y / best.Count) + (down / 2.0)) / PanelDetail.Cells);
        return new(Math.Round(panel.X + (middleX * panel.Width), 1), Math.Round(panel.Y + (middleY * panel.Height), 1));
    }

    private static int CountCells(double side, int panelSide) =>
        Math.Clamp((int)Math.Round(side / panelSide * PanelDetail.Cells), 1, PanelDetail.Cells);

    private static double GetWeight(int x, int y)
    {
        const double Middle = (PanelDetail.Cells - 1) / 2.0;
        var distance = Math.Max(Math.Abs(x - Middle), Math.Abs(y - Middle)) / Middle;
        return MiddleWeight - ((MiddleWeight - 1) * distance);
    }
}
