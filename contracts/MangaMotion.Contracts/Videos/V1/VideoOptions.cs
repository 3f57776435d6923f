namespace MangaMotion.Contracts.Videos.V1;

/// <summary>What the owner chose for a video. Everything has a default.</summary>
public sealed record VideoOptions
{
    /// <summary>Of the chapter; null takes the first file's name.</summary>
    public string? Title { get; init; }

    /// <summary><c>rtl</c> or <c>ltr</c>.</summary>
    public string Direction { get; init; } = "rtl";

    /// <summary>Of the lettering and the voice: <c>en</c> or <c>ja</c>.</summary>
    public string Language { get; init; } = "en";

    /// <summary>Name of a voice; null takes the language's default.</summary>
    public string? Voice { get; init; }

    /// <summary>Pixels, even.</summary>
    public int Width { get; init; } = 1920;

    /// <inheritdoc cref="Width"/>
    public int Height { get; init; } = 1080;

    /// <summary>Frames a second.</summary>
    public int Fps { get; init; } = 30;

    /// <summary>Whether music plays under the speech.</summary>
    public bool Music { get; init; }

    /// <summary>Whether the subtitles are drawn into the picture too.</summary>
    public bool BurnSubtitles { get; init; }

    /// <summary>What a page is worth that cannot be read: <c>show</c> goes on without it and flags it, <c>fail</c> fails the video.</summary>
    public string UnreadablePages { get; init; } = "show";

    /// <summary>Waits after the script until its owner approves it.</summary>
    public bool Review { get; init; }

    /// <summary>The stage after which to stop: <c>script_gen</c>, <c>voice_gen</c>, <c>video_gen</c>; null goes to the end.</summary>
    public string? StopAt { get; init; }
}
