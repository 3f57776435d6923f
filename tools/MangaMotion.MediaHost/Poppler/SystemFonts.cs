using System.Runtime.InteropServices;

namespace MangaMotion.MediaHost.Poppler;

/// <summary>Fonts of this machine, as poppler finds them through fontconfig.</summary>
internal static unsafe partial class SystemFonts
{
    private const string Library = "libfontconfig.so.1";

    private static readonly Lazy<bool> All = new(() => ((ReadOnlySpan<string>)["ja", "ko", "zh-cn", "zh-tw"]).ToArray().All(HasFont));

    /// <summary>
    /// Whether fonts for Japanese, Korean, simplified and traditional Chinese are installed. A font counts for a language if it has all
    /// characters that fontconfig requires for it; poppler uses no other font.
    /// </summary>
    public static bool CoverEastAsia => All.Value;

    private static bool HasFont(string language)
    {
        var pattern = FcNameParse($":lang={language}");
        var objects = FcObjectSetCreate();
        var fonts = FcFontList(0, pattern, objects);
        var count = fonts is null ? 0 : *fonts;
        FcFontSetDestroy(fonts);
        FcObjectSetDestroy(objects);
        FcPatternDestroy(pattern);
        return count > 0;
    }

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint FcNameParse(string name);

    [LibraryImport(Library)]
    private static partial nint FcObjectSetCreate();

    /// <summary>Lists fonts. The returned structure begins with their number.</summary>
    [LibraryImport(Library)]
    private static partial int* FcFontList(nint configuration, nint pattern, nint objects);

    [LibraryImport(Library)]
    private static partial void FcFontSetDestroy(int* fonts);

    [LibraryImport(Library)]
    private static partial void FcObjectSetDestroy(nint objects);

    [LibraryImport(Library)]
    private static partial void FcPatternDestroy(nint pattern);
}
