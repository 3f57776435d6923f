using System.Runtime.InteropServices;

namespace MangaMotion.MediaHost.Vips;

/// <summary>
/// The few functions of libvips and GObject that this host calls. Everything else goes through operations and their
/// properties (<see cref="Operation"/>), which avoids libvips's variadic functions.
/// </summary>
internal static partial class Native
{
    private const string Vips = "vips";

    /// <summary>Loads libvips from <paramref name="library"/> and starts it: one thread, no operation cache, no risky loaders.</summary>
    public static void Start(string library)
    {
        // One handle for all: the shared library of the sharp project holds GLib and GObject too, and Debian's
        // pulls them in as dependencies, which a lookup through its handle finds as well.
        Libraries.Add(Vips, NativeLibrary.Load(library));
        if (vips_init("mediahost") != 0)
            throw new InvalidOperationException($"libvips at '{library}' did not start: {TakeError()}");

        vips_block_untrusted_set(1);
        vips_concurrency_set(1);
        vips_cache_set_max(0);
    }

    /// <summary>The text of libvips's error buffer, which is emptied.</summary>
    public static string TakeError()
    {
        var text = Marshal.PtrToStringUTF8(vips_error_buffer()) ?? "";
        vips_error_clear();
        return text.Trim();
    }

    [LibraryImport(Vips, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int vips_init(string name);

    [LibraryImport(Vips)]
    private static partial void vips_block_untrusted_set(int state);

    [LibraryImport(Vips)]
    private static partial void vips_concurrency_set(int threads);

    [LibraryImport(Vips)]
    private static partial void vips_cache_set_max(int operations);

    [LibraryImport(Vips)]
    private static partial nint vips_error_buffer();

    [LibraryImport(Vips)]
    private static partial void vips_error_clear();

    [LibraryImport(Vips)]
    internal static partial int vips_version(int part);

    [LibraryImport(Vips, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint vips_operation_new(string name);

    [LibraryImport(Vips)]
    internal static partial nint vips_cache_operation_build(nint operation);

    [LibraryImport(Vips)]
    internal static partial void vips_object_unref_outputs(nint operation);

    [LibraryImport(Vips)]
    internal static partial nuint vips_image_get_type();

    [LibraryImport(Vips)]
    internal static partial nuint vips_array_double_get_type();

    [LibraryImport(Vips)]
    internal static unsafe partial void vips_value_set_array_double(ref GValue value, double* array, int length);

    [LibraryImport(Vips)]
    internal static partial int vips_image_get_width(nint image);

    [LibraryImport(Vips)]
    internal static partial int vips_image_get_height(nint image);

    [LibraryImport(Vips)]
    internal static partial int vips_image_get_bands(nint image);

    [LibraryImport(Vips)]
    internal static partial int vips_image_get_format(nint image);

    [LibraryImport(Vips)]
    internal static partial int vips_image_get_interpretation(nint image);

    [LibraryImport(Vips)]
    internal static partial int vips_image_hasalpha(nint image);

    [LibraryImport(Vips)]
    internal static partial int vips_image_get_orientation(nint image);

    [LibraryImport(Vips)]
    internal static partial int vips_image_get_page_height(nint image);

    [LibraryImport(Vips, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nuint vips_image_get_typeof(nint image, string field);

    [LibraryImport(Vips, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int vips_image_get_int(nint image, string field, out int value);

    [LibraryImport(Vips, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int vips_image_get_blob(nint image, string field, out nint data, out nuint length);

    [LibraryImport(Vips, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void vips_image_set_int(nint image, string field, int value);

    [LibraryImport(Vips)]
    internal static partial nint vips_image_copy_memory(nint image);

    [LibraryImport(Vips)]
    internal static partial nint vips_image_new_from_memory_copy(nint data, nuint size, int width, int height, int bands, int format);

    [LibraryImport(Vips)]
    internal static partial nint vips_image_write_to_memory(nint image, out nuint size);

    [LibraryImport(Vips)]
    internal static partial void g_free(nint memory);

    [LibraryImport(Vips)]
    internal static partial void g_object_unref(nint instance);

    [LibraryImport(Vips)]
    internal static partial nint g_object_ref(nint instance);

    [LibraryImport(Vips, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void g_object_set_property(nint instance, string name, ref GValue value);

    [LibraryImport(Vips, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void g_object_get_property(nint instance, string name, ref GValue value);

    [LibraryImport(Vips)]
    internal static partial nint g_value_init(ref GValue value, nuint type);

    [LibraryImport(Vips)]
    internal static partial void g_value_unset(ref GValue value);

    [LibraryImport(Vips)]
    internal static partial void g_value_set_int(ref GValue value, int content);

    [LibraryImport(Vips)]
    internal static partial void g_value_set_double(ref GValue value, double content);

    [LibraryImport(Vips, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void g_value_set_string(ref GValue value, string content);

    [LibraryImport(Vips)]
    internal static partial void g_value_set_object(ref GValue value, nint content);

    [LibraryImport(Vips)]
    internal static partial nint g_value_get_object(ref GValue value);
}

/// <summary>GObject's generic value: a type and 16 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct GValue
{
    /// <summary>Fundamental types of GObject, which are part of its ABI.</summary>
    public const nuint Int = 6 << 2, Double = 15 << 2, String = 16 << 2;

    private readonly nuint _type;
    private readonly long _data0;
    private readonly long _data1;
}
