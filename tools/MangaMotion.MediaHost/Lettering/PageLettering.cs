using MangaMotion.Media.Hosts;

namespace MangaMotion.MediaHost.Lettering;

/// <summary>Finds and reads the lettering of a page. The two networks are loaded with the first page and kept.</summary>
internal static class PageLettering
{
    /// <summary>Height of a box in widths from which it is a column of letters; the recogniser reads lines only.</summary>
    private const double ColumnRatio = 1.5;

    /// <summary>Most characters of all lines of an answer, because an answer has at most 64 KiB.</summary>
    private const int MaxCharacters = 6_000;

    private static TextDetector? _detector;
    private static LineReader? _reader;

    public static LetteringAnswer Read(HostArguments host, LetteringJob job)
    {
        using var page = PagePixels.Open(host.Input)
            ?? throw new RefusedException(new HostFailure(HostFailureKind.Internal, "the input is not a binary PGM"));
        if ((long)page.Width * page.Height > job.MaxPixels)
            throw new RefusedException(new HostFailure(HostFailureKind.TooManyPixels, "", (long)page.Width * page.Height));
        _detector ??= new TextDetector(host.ModelDirectory);
        _reader ??= new LineReader(host.ModelDirectory);

        var lines = new List<HostTextLine>();
        var characters = 0;
        foreach (var box in _detector.Find(page, job.Side).OrderByDescending(box => box.Certainty))
        {
            var (text, confidence) = box.Height > ColumnRatio * box.Width ? ("", 0) : _reader.Read(page, box);
            characters += text.Length + 20;
            if (characters > MaxCharacters)
                break;
            lines.Add(new(
                (int)box.Left,
                (int)box.Top,
                Math.Max(1, (int)Math.Ceiling(box.Width)),
                Math.Max(1, (int)Math.Ceiling(box.Height)),
                text,
                Math.Round(confidence, 4),
                Math.Round(box.Certainty, 4)));
        }

        return new(lines);
    }
}
