using System.Text.Json;
using MangaMotion.VideoPipeline.Stages;

namespace MangaMotion.VideoPipeline.Film;

/// <summary><c>jobs.result</c> of a script part.</summary>
internal sealed record ScriptResult(JsonElement Script, IReadOnlyList<StoredPage> Pages);

/// <summary><c>jobs.result</c> of a speech part, and the object beside its sound.</summary>
internal sealed record SpeechResult(string Key, double Seconds, IReadOnlyList<SpokenWord> Words, bool Draft);

/// <summary><c>jobs.result</c> of a segment part.</summary>
/// <param name="Reused">It was there already: nothing was filmed.</param>
internal sealed record SegmentResult(string Key, int Frames, bool Draft, bool Reused);

/// <summary><c>jobs.result</c> of a finished video.</summary>
internal sealed record VideoResult(double Seconds, int Shots, bool Draft, IReadOnlyList<VideoFile> Files);

/// <param name="Variant"><c>video</c>, <c>subtitles</c>, <c>transcript</c> or <c>poster</c>.</param>
internal sealed record VideoFile(string Variant, string Key, string ContentType, long Bytes, string Sha256);
