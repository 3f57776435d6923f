using System.Text;

namespace MangaMotion.MediaHost.Poppler;

/// <summary>A PDF that is open.</summary>
internal sealed unsafe class Document : IDisposable
{
    private static bool _started;

    private readonly nint _document;

    private Document(nint document) => _document = document;

    /// <summary>Whether it wants a password that is not the empty one.</summary>
    public bool IsLocked => Native.IsLocked(_document);

    public int Pages => Native.CountPages(_document);

    /// <summary>Null where the file is damaged beyond what poppler mends.</summary>
    /// <exception cref="TypeLoadException">Poppler is not installed, or is not the one that is expected.</exception>
    public static Document? Open(string path)
    {
        if (!_started)
        {
            byte self;
            Native.Start(&self, &Complaints.Hear);
            _started = true;
        }

        var bytes = Encoding.UTF8.GetBytes(path + '\0');
        fixed (byte* first = bytes)
        {
            // An empty text ends with a zero too: the path's.
            var none = new Native.Text(first + bytes.Length - 1, 0);
            var document = Native.LoadDocument(new Native.Text(first, bytes.Length - 1), none, none);
            return document == 0 ? null : new Document(document);
        }
    }

    /// <param name="number">From 1.</param>
    /// <returns>Null where it is damaged.</returns>
    public Page? OpenPage(int number)
    {
        var page = Native.CreatePage(_document, number - 1);
        return page == 0 ? null : new Page(page);
    }

    /// <summary>Whether a page has text in a font for large character sets, as those of China, Japan and Korea, that is not in the file.</summary>
    /// <param name="number">From 1.</param>
    public bool LacksLargeFont(int number)
    {
        const int FirstOfLargeFonts = 7;
        var iterator = Native.CreateFontIterator(_document, number - 1);
        if (iterator == 0)
            return false;

        var fonts = Native.GetNextFonts(iterator);
        var lacks = false;
        for (var font = (nint*)fonts.First; font < (nint*)fonts.Second; font++)
        {
            lacks |= Native.GetFontType(font) >= FirstOfLargeFonts && !Native.IsEmbedded(font);
            Native.DestroyFont(font);
        }

        Native.Free((nint)fonts.First);
        Native.DestroyFontIterator(iterator);
        Native.Free(iterator);
        return lacks;
    }

    public void Dispose()
    {
        Native.DestroyDocument(_document);
        Native.Free(_document);
    }
}
