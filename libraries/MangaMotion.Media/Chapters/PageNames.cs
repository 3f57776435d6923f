using System.Buffers;
using System.Globalization;
using System.Text;

namespace MangaMotion.Media.Chapters;

/// <summary>Names of pages by their owners: their order, their kind and the form in which they are shown. Never used as paths.</summary>
public static class PageNames
{
    private const int MaxDisplayLength = 200;

    /// <summary>Most characters of a file extension after its dot.</summary>
    private const int MaxExtensionLength = 5;

    /// <summary>Names of the first, middle and last part, of volumes (上中下) and of stories (前中後).</summary>
    private const string Parts = "上前中下後";

    /// <summary>Distance between the weights of two neighbouring characters, which leaves room for those of <see cref="Parts"/>.</summary>
    private const int WeightStep = 8;

    /// <summary>Extensions of pictures of supported and unsupported types.</summary>
    private static readonly HashSet<string> PageExtensions = new(
        [
            "jpg", "jpeg", "jpe", "jfif", "png", "apng", "webp", "gif", "tif", "tiff", "bmp", "dib", "avif", "heic", "heif", "hif", "jxl",
            "jp2", "j2k", "jpx", "jpf", "jpm", "j2c", "jpc", "svg", "svgz", "psd", "tga", "qoi", "jxr", "wdp", "pcx", "exr",
            "ppm", "pgm", "pbm", "pnm",
        ],
        StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// Total order of names: folder by folder, numbers by value (<c>2.png</c> before <c>10.png</c>, 第二話 before 第十話), 上 before 中 before 下,
    /// a file's stem before its extension (<c>12.png</c> before <c>12.5.png</c>), without regard to case. Names that are equal in this
    /// order are ordered by their characters.
    /// </summary>
    public static IComparer<string> ReadingOrder { get; } = Comparer<string>.Create(Compare);

    /// <summary>Whether the name has the extension of a picture. A file whose bytes are a picture is a page with any name.</summary>
    public static bool IsPage(string name) => PageExtensions.Contains(Extension(LastPart(name)).TrimStart('.').ToString());

    /// <summary>
    /// Whether the name is that of a file which operating systems add to archives: resource fork, hidden file, picture cache.
    /// </summary>
    public static bool IsSystemFile(string name) => name.Split('/').Any(part =>
        part.StartsWith('.') && part != "." && !part.StartsWith("..", StringComparison.Ordinal)
        || part is "__MACOSX"
        || part.Equals("Thumbs.db", StringComparison.OrdinalIgnoreCase)
        || part.Equals("desktop.ini", StringComparison.OrdinalIgnoreCase));

    /// <summary>Makes a name for people: at most 200 characters, without control characters; <c>page 3</c> if nothing remains.</summary>
    public static string ToDisplayName(string name, int number)
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
        if (text.Length > MaxDisplayLength)
        {
            // The end distinguishes the pages. A pair of surrogates is not split.
            var from = text.Length - MaxDisplayLength + 1;
            text = $"…{text[(char.IsLowSurrogate(text[from]) ? from + 1 : from)..]}";
        }

        return text.Length > 0 ? text : $"page {number}";
    }

    private static int Compare(string left, string right)
    {
        var (parts, otherParts) = (left.Split('/'), right.Split('/'));
        for (var i = 0; ; i++)
        {
            var (isFile, isOtherFile) = (i == parts.Length - 1, i == otherParts.Length - 1);
            if (isFile && isOtherFile)
                return CompareFiles(parts[i], otherParts[i]);

            var order = CompareParts(isFile ? Stem(parts[i]) : parts[i], isOtherFile ? Stem(otherParts[i]) : otherParts[i]);
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

    /// <summary>
    /// Compares by numbers and letters. If these are equal, by characters, so that pages of the folders 01 and 1 do not mix.
    /// </summary>
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

    /// <summary>Removes a run of digits, or a number in kanji, from the text. Returns it in ASCII without leading zeros.</summary>
    private static string TakeNumber(ref ReadOnlySpan<char> text)
    {
        var length = 0;
        while (length < text.Length && KanjiNumber.IsPart(text[length]))
            length++;
        if (length == 0)
            return TakeDigits(ref text);
        var value = KanjiNumber.Value(text[..length]);
        text = text[length..];
        return value;
    }

    /// <summary>Removes a run of digits from the text. Returns it in ASCII without leading zeros.</summary>
    private static string TakeDigits(ref ReadOnlySpan<char> text)
    {
        var digits = new StringBuilder();
        while (Rune.DecodeFromUtf16(text, out var rune, out var length) == OperationStatus.Done && Digit(rune) is >= 0 and var digit)
        {
            if (digit > 0 || digits.Length > 0)
                digits.Append((char)('0' + digit));
            text = text[length..];
        }

        return digits.ToString();
    }

    /// <summary>Value of a decimal digit of any script, such as a full-width one; -1 for any other character.</summary>
    private static int Digit(Rune rune) =>
        Rune.GetUnicodeCategory(rune) == UnicodeCategory.DecimalDigitNumber ? (int)Rune.GetNumericValue(rune) : -1;

    private static bool IsNumber(Rune rune) => Digit(rune) >= 0 || (rune.IsBmp && KanjiNumber.IsPart((char)rune.Value));

    /// <summary>
    /// Weight of a character in the order. Every number has the weight of ASCII digits, so that numbers of all scripts are ordered alike
    /// among other characters. The names of the parts of a work follow each other in their order.
    /// </summary>
    private static int Weight(Rune rune)
    {
        var part = rune.IsBmp ? Parts.IndexOf((char)rune.Value, StringComparison.Ordinal) : -1;
        return IsNumber(rune)
            ? '0' * WeightStep
            : part >= 0 ? (Parts[0] * WeightStep) + part
            : Rune.ToLowerInvariant(rune).Value * WeightStep;
    }

    private static ReadOnlySpan<char> Stem(string file) => file.AsSpan(0, file.Length - Extension(file).Length);

    /// <summary>
    /// Returns the extension with its dot. It does not begin with a digit: the name <c>12.5</c> has a number and no extension.
    /// </summary>
    private static ReadOnlySpan<char> Extension(string file)
    {
        var dot = file.LastIndexOf('.');
        var isExtension = dot > 0 && file.Length - dot - 1 is >= 1 and <= MaxExtensionLength
            && char.IsAsciiLetter(file[dot + 1]) && file.AsSpan(dot + 1).IndexOfAnyExcept(AsciiLettersAndDigits) < 0;
        return isExtension ? file.AsSpan(dot) : [];
    }

    private static readonly SearchValues<char> AsciiLettersAndDigits =
        SearchValues.Create("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    private static string LastPart(string name) => name[(name.LastIndexOf('/') + 1)..];
}
