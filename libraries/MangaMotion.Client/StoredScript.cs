using MangaMotion.Comics.Script;

namespace MangaMotion.Client;

/// <summary>The script of a video as it was read.</summary>
/// <param name="Version">ETag of this version, by which an edit of an older one is refused.</param>
public sealed record StoredScript(VideoScript Script, string Version);
