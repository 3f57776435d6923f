namespace MangaMotion.Media.Video;

/// <summary>Description of a video or sound file by its own declarations, which may be wrong.</summary>
/// <param name="Seconds">Declared duration; 0 if there is none.</param>
/// <param name="Cover">Index of the stream with an attached picture, such as an album's cover.</param>
internal sealed record Probed(double Seconds, ProbedVideo? Video, ProbedAudio? Audio, int? Cover);

/// <summary>Description of a picture stream.</summary>
/// <param name="Width">Width in pixels of the picture as shown: rotated, and with square pixels.</param>
/// <param name="Rotation">Degrees clockwise by which players rotate the picture: 0, 90, 180 or 270.</param>
/// <param name="HighDynamicRange">Whether the picture is PQ or HLG and must be mapped to the range of screens and JPEG.</param>
internal sealed record ProbedVideo(
    int Index, string Codec, int Width, int Height, int Rotation, double FrameRate, bool HighDynamicRange, long CodedPixels)
{
    /// <summary>Creates a description from the values of the coded picture.</summary>
    /// <param name="aspect">Width and height of one coded pixel; zeroes if unknown.</param>
    /// <param name="turn">Rotation in degrees counterclockwise, of any size.</param>
    public static ProbedVideo Create(
        int index,
        string codec,
        (int Width, int Height) coded,
        (double Across, double Down) aspect,
        double turn,
        double frameRate,
        bool highDynamicRange)
    {
        var (width, height) = coded;
        if (aspect is { Across: > 0, Down: > 0 })
            width = Math.Max(1, (int)Math.Round(width * (aspect.Across / aspect.Down)));
        var rotation = (int)((Math.Round(-turn / 90) * 90 % 360) + 360) % 360;
        if (rotation % 180 != 0)
            (width, height) = (height, width);
        return new ProbedVideo(
            index, codec, width, height, rotation, frameRate, highDynamicRange, (long)coded.Width * coded.Height);
    }
}

/// <summary>Description of a sound stream.</summary>
internal sealed record ProbedAudio(int Index, string Codec, int SampleRate, int Channels);
