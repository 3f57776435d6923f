using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace MangaMotion.MediaHost.Poppler;

/// <summary>
/// Errors that poppler has reported since the last <see cref="Clear"/>. Its functions report errors only by this callback.
/// </summary>
internal static class PopplerErrors
{
    private const int Warning = 0, Unimplemented = 6;
    private const int MaxMessageLength = 200, MaxMessages = 10;

    private static readonly StringBuilder Messages = new();
    private static int _count;

    /// <summary>Whether there are errors; warnings do not count.</summary>
    public static bool Any => _count > 0;

    /// <summary>The first errors, one a line, for the operator.</summary>
    public static string Text => Messages.ToString().TrimEnd();

    public static void Clear()
    {
        Messages.Clear();
        _count = 0;
    }

    /// <summary>The callback that poppler calls for each error.</summary>
    /// <param name="category">Poppler's <c>ErrorCategory</c>.</param>
    /// <param name="position">Offset in the file; -1 if the error has none.</param>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static unsafe void Record(int category, long position, byte* message)
    {
        // A hostile file causes millions of errors.
        if (category is Warning or Unimplemented || ++_count > MaxMessages)
            return;

        var text = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(message);
        Messages.Append(Encoding.UTF8.GetString(text[..Math.Min(text.Length, MaxMessageLength)])).Append('\n');
    }
}
