using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MangaMotion.MediaHost.Poppler;

/// <summary>
/// Functions of poppler's C++ interface, <c>libpoppler-cpp</c>, by their mangled names in the Itanium ABI. The library is loaded by the
/// first PDF. C++ objects are pointers here, except those that a function returns by value (<see cref="Value"/>). NativeBindingTests
/// compares names and signatures with those that a compiler found in the headers of Debian 12 and 13.
/// </summary>
internal static unsafe partial class PopplerApi
{
    private const string Library = "poppler-cpp";

    private static bool _hasTrivialRectangle;

    /// <summary>
    /// Object that a function returns by value. The caller allocates its memory and passes the address, as for every class with a
    /// destructor. The size is that of the largest, a rectangle of four doubles.
    /// </summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Value
    {
        public long First, Second, Third, Fourth;
    }

    /// <summary>A <c>std::string</c> that is only read: address and number of its bytes, and the buffer for short strings.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal readonly struct Text(byte* bytes, nint length)
    {
        private readonly byte* _bytes = bytes;
        private readonly nint _length = length;
        private readonly long _buffer0;
        private readonly long _buffer1;
    }

    /// <summary>A rectangle of poppler.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal readonly record struct Box(double Left, double Top, double Right, double Bottom);

    /// <summary>Loads the library of Debian 13 (poppler 25.03) or Debian 12 (poppler 22.12).</summary>
    /// <exception cref="DllNotFoundException">Neither is installed.</exception>
    internal static void Load()
    {
        // The rectangle of poppler 25 has no destructor of its own, so that arm64 returns its four numbers in registers.
        _hasTrivialRectangle = NativeLibrary.TryLoad("libpoppler-cpp.so.2", out var library);
        NativeLibraries.Add(Library, _hasTrivialRectangle ? library : NativeLibrary.Load("libpoppler-cpp.so.0"));
    }

    /// <summary>Gets a rectangle of a page in points.</summary>
    /// <param name="box">Kind of box; 1 is the crop box.</param>
    internal static Box ReadBox(nint page, int box) =>
        _hasTrivialRectangle ? GetTrivialBox(page, box) : Unsafe.BitCast<Value, Box>(GetBox(page, box));

    /// <summary>
    /// Creates poppler's global state (encodings, the list of system fonts) with a callback for errors. Without it every document would
    /// create the state again.
    /// </summary>
    [LibraryImport(Library, EntryPoint = "_ZN18GlobalParamsIniterC1EPFv13ErrorCategoryxPKcE")]
    internal static partial void Start(byte* self, delegate* unmanaged[Cdecl]<int, long, byte*, void> callback);

    [LibraryImport(
        Library, EntryPoint = "_ZN7poppler8document14load_from_fileERKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEES8_S8_")]
    internal static partial nint LoadDocument(in Text path, in Text ownerPassword, in Text userPassword);

    [LibraryImport(Library, EntryPoint = "_ZN7poppler8documentD1Ev")]
    internal static partial void DestroyDocument(nint document);

    [LibraryImport(Library, EntryPoint = "_ZNK7poppler8document9is_lockedEv")]
    [return: MarshalAs(UnmanagedType.U1)]
    internal static partial bool IsLocked(nint document);

    [LibraryImport(Library, EntryPoint = "_ZNK7poppler8document5pagesEv")]
    internal static partial int CountPages(nint document);

    /// <param name="index">Page index, from 0.</param>
    [LibraryImport(Library, EntryPoint = "_ZNK7poppler8document11create_pageEi")]
    internal static partial nint CreatePage(nint document, int index);

    [LibraryImport(Library, EntryPoint = "_ZN7poppler4pageD1Ev")]
    internal static partial void DestroyPage(nint page);

    [LibraryImport(Library, EntryPoint = "_ZNK7poppler4page9page_rectENS_13page_box_enumE")]
    private static partial Value GetBox(nint page, int box);

    [LibraryImport(Library, EntryPoint = "_ZNK7poppler4page9page_rectENS_13page_box_enumE")]
    private static partial Box GetTrivialBox(nint page, int box);

    [LibraryImport(Library, EntryPoint = "_ZN7poppler13page_rendererC1Ev")]
    internal static partial void CreateRenderer(nint* self);

    [LibraryImport(Library, EntryPoint = "_ZN7poppler13page_rendererD1Ev")]
    internal static partial void DestroyRenderer(nint* renderer);

    [LibraryImport(Library, EntryPoint = "_ZN7poppler13page_renderer16set_image_formatENS_5image11format_enumE")]
    internal static partial void SetFormat(nint* renderer, int format);

    [LibraryImport(Library, EntryPoint = "_ZN7poppler13page_renderer16set_render_hintsEj")]
    internal static partial void SetHints(nint* renderer, uint hints);

    /// <summary>
    /// Draws an image of a rectangle of the page, or of the whole page if <paramref name="width"/> and <paramref name="height"/> are -1.
    /// </summary>
    [LibraryImport(Library, EntryPoint = "_ZNK7poppler13page_renderer11render_pageEPKNS_4pageEddiiiiNS_13rotation_enumE")]
    internal static partial Value Render(
        nint* renderer, nint page, double dpiX, double dpiY, int x, int y, int width, int height, int rotation);

    [LibraryImport(Library, EntryPoint = "_ZN7poppler5imageD1Ev")]
    internal static partial void DestroyImage(Value* image);

    /// <summary>Gets the address of the pixels; null for an image without pixels.</summary>
    [LibraryImport(Library, EntryPoint = "_ZN7poppler5image4dataEv")]
    internal static partial byte* GetPixels(Value* image);

    [LibraryImport(Library, EntryPoint = "_ZNK7poppler5image5widthEv")]
    internal static partial int GetWidth(Value* image);

    [LibraryImport(Library, EntryPoint = "_ZNK7poppler5image6heightEv")]
    internal static partial int GetHeight(Value* image);

    [LibraryImport(Library, EntryPoint = "_ZNK7poppler5image13bytes_per_rowEv")]
    internal static partial int GetStride(Value* image);

    /// <param name="index">Index of the first page whose fonts are listed, from 0.</param>
    [LibraryImport(Library, EntryPoint = "_ZNK7poppler8document20create_font_iteratorEi")]
    internal static partial nint CreateFontIterator(nint document, int index);

    /// <summary>
    /// Gets the fonts of the next page: a <c>std::vector</c> with the addresses of its first element, its end, and the end of its memory.
    /// </summary>
    [LibraryImport(Library, EntryPoint = "_ZN7poppler13font_iterator4nextEv")]
    internal static partial Value GetNextFonts(nint iterator);

    [LibraryImport(Library, EntryPoint = "_ZN7poppler13font_iteratorD1Ev")]
    internal static partial void DestroyFontIterator(nint iterator);

    [LibraryImport(Library, EntryPoint = "_ZNK7poppler9font_info11is_embeddedEv")]
    [return: MarshalAs(UnmanagedType.U1)]
    internal static partial bool IsEmbedded(nint* font);

    /// <summary>Gets the type of a font by poppler's <c>font_info::type_enum</c>.</summary>
    [LibraryImport(Library, EntryPoint = "_ZNK7poppler9font_info4typeEv")]
    internal static partial int GetFontType(nint* font);

    [LibraryImport(Library, EntryPoint = "_ZN7poppler9font_infoD1Ev")]
    internal static partial void DestroyFont(nint* font);

    /// <summary>Frees the memory of a destroyed object by <c>operator delete</c>.</summary>
    [LibraryImport("libstdc++.so.6", EntryPoint = "_ZdlPv")]
    internal static partial void Free(nint memory);
}
