namespace MangaMotion.MediaHost;

/// <summary>Arguments that the worker starts this process with.</summary>
/// <param name="InputDirectory">Directory with the input of the current job; read-only.</param>
/// <param name="OutputDirectory">Directory for the output files of the current job.</param>
/// <param name="VipsLibrary">Path of libvips, or its name for the dynamic linker.</param>
/// <param name="FFmpegDirectory">Directory of FFmpeg's libraries; empty for the dynamic linker's.</param>
/// <param name="ModelDirectory">Directory of the lettering models.</param>
internal sealed record HostArguments(
    string InputDirectory, string OutputDirectory, string VipsLibrary, string FFmpegDirectory, string ModelDirectory)
{
    /// <summary>Path of the file that the current job reads.</summary>
    public string Input => Path.Combine(InputDirectory, "input");

    /// <summary>Reads the five arguments in the order of the properties. An empty model directory is the one beside the program.</summary>
    public static HostArguments Parse(string[] args) => new(
        args[0], args[1], args[2], args[3], args[4].Length > 0 ? args[4] : Path.Combine(AppContext.BaseDirectory, "models"));
}
