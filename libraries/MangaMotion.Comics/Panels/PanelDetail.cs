namespace MangaMotion.Comics.Panels;

/// <summary>Measures how much there is to see in a panel.</summary>
public static class PanelDetail
{
    /// <summary>Cells across and down.</summary>
    internal const int Cells = 24;

    /// <summary>Pixels across and down that are looked at in a cell.</summary>
    private const int Samples = 8;

    /// <summary>Difference of two greys in a cell from which something is drawn in it.</summary>
    private const int Contrast = 96;

    /// <summary>Measures the share of a panel's cells that hold lines or edges, 0 to 1.</summary>
    /// <param name="grey">Pixels of the page, row after row without gaps.</param>
    /// <param name="width">Width of the page in pixels.</param>
    /// <param name="panel">Panel on the page.</param>
    public static double Measure(ReadOnlySpan<byte> grey, int width, Panel panel) =>
        (double)FindBusyCells(grey, width, panel).Count(busy => busy) / (Cells * Cells);

    /// <summary>Finds the cells that hold lines or edges, row after row.</summary>
    internal static bool[] FindBusyCells(ReadOnlySpan<byte> grey, int width, Panel panel)
    {
        var busy = new bool[Cells * Cells];
        for (var cell = 0; cell < Cells * Cells; cell++)
        {
            var (row, column) = Math.DivRem(cell, Cells);
            byte low = 255, high = 0;
            for (var sample = 0; sample < Samples * Samples; sample++)
            {
                var (down, across) = Math.DivRem(sample, Samples);
                var x = panel.X + (((column * Samples) + across) * panel.Width / (Cells * Samples));
                var y = panel.Y + (((row * Samples) + down) * panel.Height / (Cells * Samples));
                var value = grey[(y * width) + x];
                low = Math.Min(low, value);
                high = Math.Max(high, value);
            }

            busy[cell] = high - low >= Contrast;
        }

        return busy;
    }
}
