using System.Runtime.InteropServices;

namespace MangaMotion.MediaHost.Poppler;

/// <summary>
/// The few functions of poppler's C++ interface, <c>libpoppler-cpp</c>, by their names in the Itanium ABI. The library is
/// loaded by the first PDF. Objects of C++ are pointers here, but for those that it returns by value (<see cref="Value"/>).
/// </summary>
internal static unsafe partial class Native
{
    private const string Library = "libpoppler-cpp.so.0";

    /// <summary>
    /// What a function returns by value and C++ gives a destructor: it is written to memory of ours, whose address is passed
    /// as that of any return value too large for registers. As large as the largest, a rectangle of four doubles.
    /// </summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Value
    {
        public long First, Second, Third, Fourth;
    }

    /// <summary>A <c>std::string</c> that is only read: where its bytes are, how many, and the room for short ones.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal readonly struct Text(byte* bytes, nint length)
    {
        private readonly byte* _bytes = bytes;
        private readonly nint _length = length;
        private readonly long _room0;
        private readonly long _room1;
    }

    /// <summary>Keeps poppler's global state (encodings, the list of the system's fonts) and where it complains to; else every document would make them anew.</summary>
    [LibraryImport(Library, EntryPoint = "_ZN18GlobalParamsIniterC1EPFv13ErrorCategoryxPKcE")]
    internal static partial void Start(byte* self, delegate* unmanaged[Cdecl]<int, long, byte*, void> complain);

    [LibraryImport(Library, EntryPoint = "_ZN7poppler8document14load_from_fileERKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEES8_S8_")]
    internal static partial nint LoadDocument(in Text path, in Text ownerPassword, in Text userPassword);

    [LibraryImport(Library, EntryPoint = "_ZN7poppler8documentD1Ev")]
    internal static partial void DestroyDocument(nint document);

    [LibraryImport(Library, EntryPoint = "_ZNK7poppler8document9is_lockedEv")]
    [return: MarshalAs(UnmanagedType.U1)]
    internal static partial bool IsLocked(nint document);

    [LibraryImport(Library, EntryPoint = "_ZNK7poppler8document5pagesEv")]
    internal static partial int CountPages(nint document);

    /// <param name="index">From 0.</param>
    [LibraryImport(Library, EntryPoint = "_ZNK7poppler8document11create_pageEi")]
    internal static partial nint CreatePage(nint document, int index);

    [LibraryImport(Library, EntryPoint = "_ZN7poppler4pageD1Ev")]
    internal static partial void DestroyPage(nint page);

    /// <summary>Left, top, right and bottom in points, as doubles.</summary>
    /// <param name="box">1: the crop box.</param>
    [LibraryImport(Library, EntryPoint = "_ZNK7poppler4page9page_rectENS_13page_box_enumE")]
    internal static partial Value GetBox(nint page, int box);

    [LibraryImport(Library, EntryPoint = "_ZN7poppler13page_rendererC1Ev")]
    internal static partial void CreateRenderer(nint* self);

    [LibraryImport(Library, EntryPoint = "_ZN7poppler13page_rendererD1Ev")]
    internal static partial void DestroyRenderer(nint* renderer);

    [LibraryImport(Library, EntryPoint = "_ZN7poppler13page_renderer16set_image_formatENS_5image11format_enumE")]
    internal static partial void SetFormat(nint* renderer, int format);

    [LibraryImport(Library, EntryPoint = "_ZN7poppler13page_renderer16set_render_hintsEj")]
    internal static partial void SetHints(nint* renderer, uint hints);

    /// <summary>An image. Where <paramref name="width"/> and <paramref name="height"/> are -1, of the whole page.</summary>
    [LibraryImport(Library, EntryPoint = "_ZNK7poppler13page_renderer11render_pageEPKNS_4pageEddiiiiNS_13rotation_enumE")]
    internal static partial Value Render(nint* renderer, nint page, double dpiX, double dpiY, int x, int y, int width, int height, int rotation);

    [LibraryImport(Library, EntryPoint = "_ZN7poppler5imageD1Ev")]
    internal static partial void DestroyImage(Value* image);

    /// <summary>Null for an image of no pixels.</summary>
    [LibraryImport(Library, EntryPoint = "_ZN7poppler5image4dataEv")]
    internal static partial byte* GetPixels(Value* image);

    [LibraryImport(Library, EntryPoint = "_ZNK7poppler5image5widthEv")]
    internal static partial int GetWidth(Value* image);

    [LibraryImport(Library, EntryPoint = "_ZNK7poppler5image6heightEv")]
    internal static partial int GetHeight(Value* image);

    [LibraryImport(Library, EntryPoint = "_ZNK7poppler5image13bytes_per_rowEv")]
    internal static partial int GetStride(Value* image);

    /// <param name="index">Page from which to list fonts, from 0.</param>
    [LibraryImport(Library, EntryPoint = "_ZNK7poppler8document20create_font_iteratorEi")]
    internal static partial nint CreateFontIterator(nint document, int index);

    /// <summary>The fonts of the next page: a <c>std::vector</c> of pointers to the first, behind the last, and behind the room.</summary>
    [LibraryImport(Library, EntryPoint = "_ZN7poppler13font_iterator4nextEv")]
    internal static partial Value GetNextFonts(nint iterator);

    [LibraryImport(Library, EntryPoint = "_ZN7poppler13font_iteratorD1Ev")]
    internal static partial void DestroyFontIterator(nint iterator);

    [LibraryImport(Library, EntryPoint = "_ZNK7poppler9font_info11is_embeddedEv")]
    [return: MarshalAs(UnmanagedType.U1)]
    internal static partial bool IsEmbedded(nint* font);

    /// <summary>poppler's <c>font_info::type_enum</c>.</summary>
    [LibraryImport(Library, EntryPoint = "_ZNK7poppler9font_info4typeEv")]
    internal static partial int GetFontType(nint* font);

    [LibraryImport(Library, EntryPoint = "_ZN7poppler9font_infoD1Ev")]
    internal static partial void DestroyFont(nint* font);

    /// <summary><c>operator delete</c>, for what was destroyed.</summary>
    [LibraryImport("libstdc++.so.6", EntryPoint = "_ZdlPv")]
    internal static partial void Free(nint memory);
}
