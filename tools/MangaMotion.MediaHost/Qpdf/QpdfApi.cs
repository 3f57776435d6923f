using System.Runtime.InteropServices;

namespace MangaMotion.MediaHost.Qpdf;

/// <summary>
/// Functions of qpdf's C interface. An object of a PDF is a number that is valid until <see cref="qpdf_cleanup"/>. Functions that get an
/// object of another type than they expect return null objects or empty results.
/// </summary>
internal static partial class QpdfApi
{
    private const string Library = "qpdf";

    /// <summary>Loads the library of Debian 13 (qpdf 12) or Debian 12 (qpdf 11).</summary>
    /// <exception cref="DllNotFoundException">Neither is installed.</exception>
    internal static void Load() => NativeLibraries.Add(
        Library,
        NativeLibrary.TryLoad("libqpdf.so.30", out var library) ? library : NativeLibrary.Load("libqpdf.so.29"));

    [LibraryImport(Library)]
    internal static partial nint qpdf_init();

    [LibraryImport(Library)]
    internal static partial void qpdf_cleanup(ref nint pdf);

    [LibraryImport(Library)]
    internal static partial void qpdf_silence_errors(nint pdf);

    [LibraryImport(Library)]
    internal static partial void qpdf_set_suppress_warnings(nint pdf, int value);

    [LibraryImport(Library)]
    internal static partial void qpdf_set_attempt_recovery(nint pdf, int value);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int qpdf_read(nint pdf, string path, string password);

    [LibraryImport(Library)]
    internal static partial uint qpdf_get_root(nint pdf);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial uint qpdf_oh_get_key_if_dict(nint pdf, uint value, string key);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int qpdf_oh_is_name_and_equals(nint pdf, uint value, string name);

    [LibraryImport(Library)]
    internal static partial int qpdf_oh_is_array(nint pdf, uint value);

    [LibraryImport(Library)]
    internal static partial int qpdf_oh_get_array_n_items(nint pdf, uint value);

    [LibraryImport(Library)]
    internal static partial uint qpdf_oh_get_array_item(nint pdf, uint value, int index);

    [LibraryImport(Library)]
    internal static partial int qpdf_oh_get_object_id(nint pdf, uint value);

    [LibraryImport(Library)]
    internal static partial uint qpdf_oh_new_array(nint pdf);

    [LibraryImport(Library)]
    internal static partial void qpdf_oh_append_item(nint pdf, uint array, uint item);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void qpdf_oh_replace_key(nint pdf, uint value, string key, uint item);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int qpdf_init_write(nint pdf, string path);

    [LibraryImport(Library)]
    internal static partial void qpdf_set_stream_data_mode(nint pdf, int mode);

    [LibraryImport(Library)]
    internal static partial void qpdf_set_preserve_encryption(nint pdf, int value);

    [LibraryImport(Library)]
    internal static partial int qpdf_write(nint pdf);
}
