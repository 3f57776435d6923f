namespace MangaMotion.Film.Speech;

/// <summary>A line to be spoken.</summary>
/// <param name="Text">Any text of at most <see cref="MaxCharacters"/> characters.</param>
/// <param name="Language">BCP 47, such as <c>en</c>, <c>en-GB</c> or <c>ja</c>.</param>
/// <param name="Voice">One of <see cref="LocalVoice.Names"/>; null takes the best for the language.</param>
public sealed record SpeechRequest(string Text, string Language = "en", string? Voice = null)
{
    /// <summary>About two and a half minutes of speech, which is more than a shot can hold.</summary>
    public const int MaxCharacters = 2_000;

    /// <summary>Words that are said otherwise than they are written.</summary>
    public IReadOnlyList<WordSpelling> Spellings { get; init; } = [];
}

/// <summary>One word as it is written, with the punctuation at it.</summary>
/// <param name="Start">Seconds from the start of the sound.</param>
/// <param name="End">Seconds from the start of the sound, never before <paramref name="Start"/>.</param>
public sealed record SpokenWord(string Text, double Start, double End);

/// <summary>A spoken line: a WAV file, 48 kHz, mono, 16 bits, silence cut off at both ends.</summary>
/// <param name="Seconds">Length of the sound.</param>
/// <param name="Words">All words of the line in their order; they do not overlap.</param>
/// <param name="Voice">The voice that spoke, such as <c>slt</c>.</param>
public sealed record SpokenLine(string Path, double Seconds, IReadOnlyList<SpokenWord> Words, string Voice);

/// <summary>Voices that need neither network nor key.</summary>
public static class LocalVoice
{
    /// <summary>festival with festvox-us-slt-hts: the best English of Debian; words are timed by the synthesiser itself.</summary>
    public const string Slt = "slt";

    /// <summary>flite's English voice.</summary>
    public const string Flite = "flite";

    /// <summary>espeak-ng: some 130 languages.</summary>
    public const string Espeak = "espeak";

    public static IReadOnlyList<string> Names { get; } = [Slt, Flite, Espeak];
}
