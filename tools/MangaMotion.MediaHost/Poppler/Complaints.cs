using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace MangaMotion.MediaHost.Poppler;

/// <summary>What poppler has complained of since the last <see cref="Clear"/>. Its functions report errors nowhere else.</summary>
internal static class Complaints
{
    private const int Warning = 0, Unimplemented = 6;
    private const int Longest = 200, Most = 10;

    private static readonly StringBuilder Heard = new();
    private static int _count;

    /// <summary>Errors, warnings aside.</summary>
    public static bool Any => _count > 0;

    /// <summary>The first of them, for the operator.</summary>
    public static string Text => Heard.ToString().TrimEnd();

    public static void Clear()
    {
        Heard.Clear();
        _count = 0;
    }

    /// <param name="category">Poppler's <c>ErrorCategory</c>.</param>
    /// <param name="position">Where in the file; -1 for nowhere.</param>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static unsafe void Hear(int category, long position, byte* message)
    {
        // A hostile file has millions.
        if (category is Warning or Unimplemented || ++_count > Most)
            return;

        var text = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(message);
        Heard.Append(Encoding.UTF8.GetString(text[..Math.Min(text.Length, Longest)])).Append('\n');
    }
}
