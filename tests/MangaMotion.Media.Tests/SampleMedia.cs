using FFMpegCore;

namespace MangaMotion.Media.Tests;

/// <summary>Media files that FFMpegCore makes and analyses. It shares no code with the product's argument lists and probes.</summary>
internal static class SampleMedia
{
    /// <summary>
    /// Makes a file from ffmpeg's generated sources, such as <c>testsrc2=s=640x360:d=2</c>. The extension chooses the format.
    /// </summary>
    public static string Make(string path, string source, Action<FFMpegOutputOptions>? output = null) => Make(path, [source], output);

    /// <summary>Makes a file from several sources.</summary>
    public static string Make(string path, IReadOnlyList<string> sources, Action<FFMpegOutputOptions>? output = null)
    {
        var arguments = FFMpegArguments.FromFileInput(sources[0], verifyExists: false, input => input.ForceFormat("lavfi"));
        foreach (var source in sources.Skip(1))
            arguments.AddFileInput(source, verifyExists: false, input => input.ForceFormat("lavfi"));
        arguments.OutputToFile(path, overwrite: false, output).ProcessSynchronously();
        return path;
    }

    /// <summary>
    /// Makes a file as <see cref="Make(string, IReadOnlyList{string}, Action{FFMpegOutputOptions})"/> does and returns its bytes.
    /// </summary>
    public static byte[] Bytes(string extension, IReadOnlyList<string> sources, Action<FFMpegOutputOptions>? output = null) =>
        WithFile(extension, path => File.ReadAllBytes(Make(path, sources, output)));

    /// <summary>Reads the streams, duration and chapters of a file.</summary>
    public static IMediaAnalysis Analyse(string path) => FFProbe.Analyse(path);

    /// <summary>Reads the streams, duration and chapters of a file given by its bytes.</summary>
    public static IMediaAnalysis Analyse(byte[] content, string extension) => WithFile(extension, path =>
    {
        File.WriteAllBytes(path, content);
        return Analyse(path);
    });

    private static T WithFile<T>(string extension, Func<string, T> use)
    {
        var path = Path.Combine(Path.GetTempPath(), $"mm-{Guid.NewGuid():N}.{extension}");
        try
        {
            return use(path);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
