namespace MangaMotion.Film.Speech;

/// <summary>Configuration and data that a synthesiser reads outside <c>/usr</c>.</summary>
internal static class SystemFiles
{
    /// <summary>Those of the paths that are there; a missing one would keep the sandbox from starting.</summary>
    public static IReadOnlyList<string> Existing(params IEnumerable<string> paths) => [.. paths.Where(Path.Exists)];
}
