namespace MangaMotion.Media.Video;

/// <summary>
/// Scores frames as posters. Detail raises the score, so that blurred and faded frames score low. Frames that are nearly black, nearly
/// white or of one colour score almost 0.
/// </summary>
internal static class FrameScore
{
    /// <summary>Score from which no better frame is searched.</summary>
    public const double Good = 2;

    /// <summary>Scores rows of 8-bit red, green and blue; 0 for a frame smaller than 3 × 3 pixels.</summary>
    public static double Compute(ReadOnlySpan<byte> rgb, int width, int height)
    {
        if (width < 3 || height < 3)
            return 0;

        // About 320 columns are sampled. Each sample is compared with its neighbours in the frame, so that sharpness counts.
        var step = Math.Max(1, width / 320);
        var (count, sum, squares, edges) = (0, 0.0, 0.0, 0.0);
        for (var y = 1; y < height - 1; y += step)
        {
            for (var x = 1; x < width - 1; x += step)
            {
                var at = ((y * width) + x) * 3;
                var green = rgb[at + 1];
                sum += green;
                squares += green * green;
                edges += Math.Abs((4 * green) - rgb[at - 2] - rgb[at + 4] - rgb[at + 1 - (width * 3)] - rgb[at + 1 + (width * 3)]);
                count++;
            }
        }

        var mean = sum / count;
        var spread = Math.Sqrt(Math.Max(0, (squares / count) - (mean * mean)));
        var exposure = Math.Clamp((mean - 12) / 30, 0, 1) * Math.Clamp((250 - mean) / 30, 0, 1);
        return exposure * Math.Min(1, spread / 20) * Math.Min(20, 0.2 + (edges / count));
    }
}
