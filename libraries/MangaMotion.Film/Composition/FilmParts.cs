using MangaMotion.Film.Frames;

namespace MangaMotion.Film.Composition;

/// <summary>Parts of a video and the texts beside them.</summary>
public sealed record FilmParts
{
    public required FilmFormat Format { get; init; }

    /// <summary>Files of <see cref="FrameEncoder"/> in the workspace, in order.</summary>
    public required IReadOnlyList<string> Segments { get; init; }

    /// <summary>Number of frames of all segments.</summary>
    public required int Frames { get; init; }

    /// <summary>Spoken lines. They do not overlap.</summary>
    public required IReadOnlyList<SpeechClip> Speeches { get; init; }

    /// <summary>Whether <see cref="MusicBed"/> plays under the speech.</summary>
    public bool Music { get; init; }

    /// <summary>Whether the sound of a quiet room plays throughout.</summary>
    public bool Ambience { get; init; }

    /// <summary>WebVTT; null for a video without subtitles.</summary>
    public string? Subtitles { get; init; }

    /// <summary>Chapters in order, without gaps.</summary>
    public IReadOnlyList<FilmChapter> Chapters { get; init; } = [];

    public string Title { get; init; } = "";

    /// <summary>Language of speech and subtitles: <c>en</c> or <c>ja</c>.</summary>
    public string Language { get; init; } = "en";

    /// <summary>Seconds into the video at which the poster is taken.</summary>
    public double PosterAt { get; init; }

    public double Seconds => (double)Frames / Format.FramesPerSecond;
}

/// <param name="Start">Seconds into the video.</param>
/// <param name="End">Seconds into the video.</param>
public sealed record FilmChapter(string Title, double Start, double End);

/// <summary>Files in the workspace: the MP4 and its poster, a JPEG.</summary>
public sealed record ComposedFilm(string Video, string Poster, double Seconds)
{
    /// <summary>Sentences for the owner about faults that viewers would see or hear.</summary>
    public IReadOnlyList<string> Faults { get; init; } = [];
}
