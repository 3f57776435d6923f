using System.Runtime.InteropServices;
using System.Text;

namespace MangaMotion.MediaHost.FFmpeg;

/// <summary>First error messages of FFmpeg's libraries about a file, for the operator.</summary>
internal static unsafe class AvLog
{
    private const int Error = 16;
    private const int MaxLineLength = 400;
    private const int MaxLines = 10;

    private static readonly List<string> Lines = [];

    /// <summary>Registers the callback that records messages.</summary>
    public static void Capture()
    {
        Av.av_log_set_level(Error);
        Av.av_log_set_callback(&Add);
    }

    /// <summary>Returns and clears the messages since the last call.</summary>
    /// <param name="error">Error code of FFmpeg whose description is appended; 0 for none.</param>
    public static string Take(int error = 0)
    {
        if (error < 0)
            Lines.Add(DescribeError(error));
        var messages = string.Join("; ", Lines);
        Lines.Clear();
        return messages;
    }

    private static string DescribeError(int error)
    {
        var text = stackalloc byte[MaxLineLength];
        return Av.av_strerror(error, text, MaxLineLength) == 0 ? Marshal.PtrToStringUTF8((nint)text)! : $"error {error}";
    }

    /// <summary>
    /// Records a message. Jobs and their decoders use one thread. The variable arguments are passed on as a pointer, as the ABIs of x64 and
    /// arm64 pass them.
    /// </summary>
    [UnmanagedCallersOnly]
    private static void Add(void* source, int level, byte* format, void* arguments)
    {
        if (level > Error || Lines.Count >= MaxLines)
            return;

        var line = stackalloc byte[MaxLineLength];
        var prefix = 1;
        _ = Av.av_log_format_line2(source, level, format, arguments, line, MaxLineLength, &prefix);
        Lines.Add(Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(line)).Trim());
    }
}
