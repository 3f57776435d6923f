using System.Text;

namespace MangaMotion.MediaHost.Poppler;

/// <summary>An open PDF.</summary>
internal sealed unsafe class PdfDocument : IDisposable
{
    /// <summary>The first <c>font_info::type_enum</c> for large character sets: <c>type_cid_type0</c>.</summary>
    private const int FirstLargeFontType = 7;

    private static bool _started;

    private readonly nint _document;

    private PdfDocument(nint document) => _document = document;

    /// <summary>Whether the document needs a password other than the empty one.</summary>
    public bool IsLocked => PopplerApi.IsLocked(_document);

    public int Pages => PopplerApi.CountPages(_document);

    /// <summary>Opens a file. Returns null if the file is damaged and poppler cannot repair it.</summary>
    /// <exception cref="TypeLoadException">Poppler is not installed, or its version lacks a function.</exception>
    public static PdfDocument? Open(string path)
    {
        if (!_started)
        {
            PopplerApi.Load();
            byte self;
            PopplerApi.Start(&self, &PopplerErrors.Record);
            _started = true;
        }

        var bytes = Encoding.UTF8.GetBytes(path + '\0');
        fixed (byte* first = bytes)
        {
            // The empty password shares the terminating zero of the path.
            var none = new PopplerApi.Text(first + bytes.Length - 1, 0);
            var document = PopplerApi.LoadDocument(new PopplerApi.Text(first, bytes.Length - 1), none, none);
            return document == 0 ? null : new PdfDocument(document);
        }
    }

    /// <summary>Opens a page. Returns null if the page is damaged.</summary>
    /// <param name="number">Page number, from 1.</param>
    public PdfPage? OpenPage(int number)
    {
        var page = PopplerApi.CreatePage(_document, number - 1);
        return page == 0 ? null : new PdfPage(page);
    }

    /// <summary>
    /// Whether a page uses a font that the file does not contain and that is for a large character set, such as Chinese, Japanese or
    /// Korean.
    /// </summary>
    /// <param name="number">Page number, from 1.</param>
    public bool LacksLargeFont(int number)
    {
        var iterator = PopplerApi.CreateFontIterator(_document, number - 1);
        if (iterator == 0)
            return false;

        var fonts = PopplerApi.GetNextFonts(iterator);
        var lacks = false;
        for (var font = (nint*)fonts.First; font < (nint*)fonts.Second; font++)
        {
            lacks |= PopplerApi.GetFontType(font) >= FirstLargeFontType && !PopplerApi.IsEmbedded(font);
            PopplerApi.DestroyFont(font);
        }

        PopplerApi.Free((nint)fonts.First);
        PopplerApi.DestroyFontIterator(iterator);
        PopplerApi.Free(iterator);
        return lacks;
    }

    public void Dispose()
    {
        PopplerApi.DestroyDocument(_document);
        PopplerApi.Free(_document);
    }
}
