using System.Runtime.InteropServices;
using System.Text;

namespace MangaMotion.MediaHost.FFmpeg;

/// <summary>Keeps the first complaints of FFmpeg's libraries about a file, for the operator.</summary>
internal static unsafe class AvLog
{
    private const int Error = 16;
    private const int Longest = 400;
    private const int MostLines = 10;

    private static readonly List<string> Lines = [];

    public static void Capture()
    {
        Av.av_log_set_level(Error);
        Av.av_log_set_callback(&Add);
    }

    /// <summary>What was said since the last time, of what went wrong as the libraries put it into words.</summary>
    public static string Take(int error = 0)
    {
        if (error < 0)
            Lines.Add(Words(error));
        var said = string.Join("; ", Lines);
        Lines.Clear();
        return said;
    }

    private static string Words(int error)
    {
        var text = stackalloc byte[Longest];
        return Av.av_strerror(error, text, Longest) == 0 ? Marshal.PtrToStringUTF8((nint)text)! : $"error {error}";
    }

    /// <summary>Jobs and their decoders have one thread. The lists of C's variable arguments are handed through as a pointer, as the ABIs of x64 and arm64 pass them.</summary>
    [UnmanagedCallersOnly]
    private static void Add(void* source, int level, byte* format, void* arguments)
    {
        if (level > Error || Lines.Count >= MostLines)
            return;

        var line = stackalloc byte[Longest];
        var prefix = 1;
        _ = Av.av_log_format_line2(source, level, format, arguments, line, Longest, &prefix);
        Lines.Add(Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(line)).Trim());
    }
}
