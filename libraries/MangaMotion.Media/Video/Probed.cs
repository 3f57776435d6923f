namespace MangaMotion.Media.Video;

/// <summary>What a video or sound file says it holds. A file may lie.</summary>
/// <param name="Seconds">Declared; 0 where nothing is.</param>
/// <param name="Cover">Index of a picture that is attached, such as an album's cover.</param>
internal sealed record Probed(double Seconds, ProbedVideo? Video, ProbedAudio? Audio, int? Cover);

/// <param name="Width">Pixels of the picture as it is shown: turned, and with square pixels.</param>
/// <param name="Rotation">Degrees clockwise by which players turn it: 0, 90, 180 or 270.</param>
/// <param name="HighDynamicRange">PQ or HLG, which has to be mapped to what screens and JPEG show.</param>
internal sealed record ProbedVideo(int Index, string Codec, int Width, int Height, int Rotation, double FrameRate, bool HighDynamicRange, long CodedPixels)
{
    /// <param name="aspect">Width and height of one coded pixel; zeroes where it is not told.</param>
    /// <param name="turn">Degrees against the clock, in any number of turns.</param>
    public static ProbedVideo Of(
        int index, string codec, (int Width, int Height) coded, (double Across, double Down) aspect, double turn, double frameRate, bool highDynamicRange)
    {
        var (width, height) = coded;
        if (aspect is { Across: > 0, Down: > 0 })
            width = Math.Max(1, (int)Math.Round(width * (aspect.Across / aspect.Down)));
        var rotation = (int)((Math.Round(-turn / 90) * 90 % 360) + 360) % 360;
        return new ProbedVideo(
            index, codec, rotation % 180 == 0 ? width : height, rotation % 180 == 0 ? height : width, rotation, frameRate, highDynamicRange, (long)coded.Width * coded.Height);
    }
}

internal sealed record ProbedAudio(int Index, string Codec, int SampleRate, int Channels);
