namespace MangaMotion.Comics.Camera;

/// <summary>Times at which a camera move can start and end without hiding lettering that is read.</summary>
internal static class CameraTimes
{
    /// <summary>Lists start and end of possible moves, the longest move first.</summary>
    /// <param name="from">Seconds since the shot's start from which the camera shows this part of the shot.</param>
    /// <param name="until">Seconds since the shot's start until which the camera shows it.</param>
    public static IEnumerable<(double Start, double End)> List(double from, double until, IReadOnlyList<PanelLettering> lettering)
    {
        var rest = CameraPath.GetRest(until - from);
        var (earliest, latest) = (from + rest, until - rest);
        double[] starts = [earliest, .. lettering.Select(text => text.Until).Where(time => time > earliest)];
        double[] ends = [latest, .. lettering.Select(text => text.From).Where(time => time < latest)];
        return starts.SelectMany(start => ends.Select(end => (Start: start, End: end))).OrderByDescending(time => time.End - time.Start);
    }
}
