using System.Globalization;
using System.Text;

namespace MangaMotion.Media.Chapters;

/// <summary>Names that owners give to pages: their order, their kind and the form in which they are shown. Never used as paths.</summary>
public static class PageNames
{
    private const int LongestShownName = 200;

    /// <summary>A longer part behind the last dot is not a file extension.</summary>
    private const int LongestExtension = 5;

    /// <summary>First, middle and last part: of volumes in two or three (上中下), and of stories (前中後).</summary>
    private const string Parts = "上前中下後";

    /// <summary>Places between the weights of two characters of which one follows the other, for those of <see cref="Parts"/>.</summary>
    private const int Room = 8;

    /// <summary>Extensions of pictures, whether or not that kind of picture can be read here.</summary>
    private static readonly HashSet<string> PageExtensions = new(
        [
            "jpg", "jpeg", "jpe", "jfif", "png", "apng", "webp", "gif", "tif", "tiff", "bmp", "dib", "avif", "heic", "heif", "hif", "jxl",
            "jp2", "j2k", "jpx", "jpf", "jpm", "j2c", "jpc", "svg", "svgz", "psd", "tga", "qoi", "jxr", "wdp", "pcx", "exr", "ppm", "pgm", "pbm", "pnm",
        ],
        StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// Total order of names: folder by folder, numbers by value (<c>2.png</c> before <c>10.png</c>, 第二話 before 第十話), 上 before 中 before 下,
    /// a file's stem before its extension (<c>12.png</c> before <c>12.5.png</c>), upper and lower case alike. Names that differ in nothing else are ordered by
    /// their characters.
    /// </summary>
    public static IComparer<string> ReadingOrder { get; } = Comparer<string>.Create(Compare);

    /// <summary>Whether the name is one that calls its file a page. A file whose bytes are a picture is a page under any name.</summary>
    public static bool IsPage(string name) => PageExtensions.Contains(Extension(LastPart(name)).TrimStart('.').ToString());

    /// <summary>Whether the name is one that operating systems leave in archives: resource forks, hidden files, picture caches.</summary>
    public static bool IsLeftBySystem(string name) => name.Split('/').Any(part =>
        part.StartsWith('.') && part != "." && !part.StartsWith("..", StringComparison.Ordinal)
        || part is "__MACOSX"
        || part.Equals("Thumbs.db", StringComparison.OrdinalIgnoreCase)
        || part.Equals("desktop.ini", StringComparison.OrdinalIgnoreCase));

    /// <summary>The name for people to read: at most 200 characters, without controls; <c>page 3</c> if nothing is left of it.</summary>
    public static string ForPeople(string name, int number)
    {
        var shown = new StringBuilder();
        var parts = name.Split(['/', '\\'], StringSplitOptions.RemoveEmptyEntries).Where(part => part is not ("." or ".."));
        foreach (var rune in string.Join('/', parts).EnumerateRunes())
        {
            if (Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse) && rune != Rune.ReplacementChar)
            {
                shown.Append(rune);
            }
        }

        var text = shown.ToString().Trim();
        if (text.Length > LongestShownName)
        {
            // The end tells the pages apart. A pair of surrogates is not cut in two.
            var from = text.Length - LongestShownName + 1;
            text = $"…{text[(char.IsLowSurrogate(text[from]) ? from + 1 : from)..]}";
        }

        return text.Length > 0 ? text : $"page {number}";
    }

    private static int Compare(string left, string right)
    {
        var (ours, others) = (left.Split('/'), right.Split('/'));
        for (var i = 0; ; i++)
        {
            var (isFile, isOtherFile) = (i == ours.Length - 1, i == others.Length - 1);
            if (isFile && isOtherFile)
                return CompareFiles(ours[i], others[i]);

            var order = CompareParts(isFile ? Stem(ours[i]) : ours[i], isOtherFile ? Stem(others[i]) : others[i]);
            if (order != 0)
                return order;
            if (isFile || isOtherFile)
                return isFile ? 1 : -1;
        }
    }

    private static int CompareFiles(string left, string right)
    {
        var order = CompareParts(Stem(left), Stem(right));
        return order != 0 ? order : string.CompareOrdinal(left, right);
    }

    /// <summary>By numbers and letters first. Only where those are alike by characters, so that pages of folders 01 and 1 do not mix.</summary>
    private static int CompareParts(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        var order = CompareNaturally(left, right);
        return order != 0 ? order : left.SequenceCompareTo(right);
    }

    private static int CompareNaturally(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        while (!left.IsEmpty && !right.IsEmpty)
        {
            Rune.DecodeFromUtf16(left, out var one, out var length);
            Rune.DecodeFromUtf16(right, out var other, out var otherLength);
            int order;
            if (IsNumber(one) && IsNumber(other))
            {
                order = CompareNumbers(ref left, ref right);
            }
            else
            {
                order = Weight(one) - Weight(other);
                left = left[length..];
                right = right[otherLength..];
            }

            if (order != 0)
                return order;
        }

        return left.Length - right.Length;
    }

    /// <summary>Compares the numbers at the beginning of both texts by value, of any length and in any script.</summary>
    private static int CompareNumbers(ref ReadOnlySpan<char> left, ref ReadOnlySpan<char> right)
    {
        var (one, other) = (TakeNumber(ref left), TakeNumber(ref right));
        return one.Length != other.Length ? one.Length - other.Length : one.AsSpan().SequenceCompareTo(other);
    }

    /// <summary>Takes a run of digits, or a number in kanji, off the text. Returns it in ASCII without leading zeros.</summary>
    private static string TakeNumber(ref ReadOnlySpan<char> text)
    {
        var length = 0;
        while (length < text.Length && KanjiNumber.IsPart(text[length]))
            length++;
        if (length == 0)
            return Digits(ref text);
        var value = KanjiNumber.Value(text[..length]);
        text = text[length..];
        return value;
    }

    /// <summary>Takes a run of digits off the text. Returns it in ASCII without leading zeros.</summary>
    private static string Digits(ref ReadOnlySpan<char> text)
    {
        var digits = new StringBuilder();
        while (Rune.DecodeFromUtf16(text, out var rune, out var length) == System.Buffers.OperationStatus.Done && Digit(rune) is >= 0 and var digit)
        {
            if (digit > 0 || digits.Length > 0)
                digits.Append((char)('0' + digit));
            text = text[length..];
        }

        return digits.ToString();
    }

    /// <summary>Value of a decimal digit of any script, such as the full-width ones; -1 for any other character.</summary>
    private static int Digit(Rune rune) =>
        Rune.GetUnicodeCategory(rune) == UnicodeCategory.DecimalDigitNumber ? (int)Rune.GetNumericValue(rune) : -1;

    private static bool IsNumber(Rune rune) => Digit(rune) >= 0 || (rune.IsBmp && KanjiNumber.IsPart((char)rune.Value));

    /// <summary>
    /// Every number stands where the ASCII digits do, so that the order of numbers and other characters is the same in all scripts. The names
    /// of the parts of a work stand together in their order.
    /// </summary>
    private static int Weight(Rune rune)
    {
        var part = rune.IsBmp ? Parts.IndexOf((char)rune.Value, StringComparison.Ordinal) : -1;
        return IsNumber(rune) ? '0' * Room : part >= 0 ? (Parts[0] * Room) + part : Rune.ToLowerInvariant(rune).Value * Room;
    }

    private static ReadOnlySpan<char> Stem(string file) => file.AsSpan(0, file.Length - Extension(file).Length);

    /// <summary>The extension with its dot. A part that begins with a digit is none: the file <c>12.5</c> has a number, not an extension.</summary>
    private static ReadOnlySpan<char> Extension(string file)
    {
        var dot = file.LastIndexOf('.');
        var isExtension = dot > 0 && file.Length - dot - 1 is >= 1 and <= LongestExtension
            && char.IsAsciiLetter(file[dot + 1]) && file.AsSpan(dot + 1).IndexOfAnyExcept(AsciiLettersAndDigits) < 0;
        return isExtension ? file.AsSpan(dot) : [];
    }

    private static readonly System.Buffers.SearchValues<char> AsciiLettersAndDigits =
        System.Buffers.SearchValues.Create("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    private static string LastPart(string name) => name[(name.LastIndexOf('/') + 1)..];
}
