using System.Globalization;
using System.Text;
using MangaMotion.Media;
using MangaMotion.Media.Processes;
using MangaMotion.Media.Workspaces;

namespace MangaMotion.Film.Lettering;

/// <summary>Layout of the lettering in a picture.</summary>
public enum TextLayout
{
    /// <summary>English, in lines anywhere in the picture.</summary>
    EnglishLines,

    /// <summary>English, one block of lines.</summary>
    EnglishBlock,

    /// <summary>Japanese, one block of columns.</summary>
    JapaneseColumns,
}

/// <summary>8-bit grey pixels, row after row without gaps.</summary>
public sealed record TextPicture(int Width, int Height, byte[] Pixels);

/// <summary>Word that was read, with its box in pixels of the picture.</summary>
/// <param name="Line">Number of the line. Words of one line have the same number.</param>
/// <param name="Confidence">0 to 100.</param>
public sealed record RecognizedWord(int Line, string Text, double Confidence, int X, int Y, int Width, int Height);

/// <summary>Reads lettering with tesseract. One child process reads many pictures, because its start costs more than a picture.</summary>
public sealed class TextRecognizer(ToolRunner tools)
{
    /// <summary>Pictures and pixels in one run, so that no page exceeds the limits of processor time and memory.</summary>
    private const int MostPictures = 40;
    private const long MostPixels = 40_000_000;

    /// <summary>
    /// Letters are darker than their paper. Without this option each doubtful line is read a second time with inverted pixels.
    /// </summary>
    private static readonly string[] DarkOnLight = ["-c", "tessedit_do_invert=0"];

    /// <returns>Words of each picture in the order of the reader; empty if nothing was read.</returns>
    /// <exception cref="MediaException">The tool failed, or the pictures exceed its limits.</exception>
    public async Task<IReadOnlyList<IReadOnlyList<RecognizedWord>>> ReadAsync(
        Workspace workspace, IReadOnlyList<TextPicture> pictures, TextLayout layout, CancellationToken cancellationToken)
    {
        var words = pictures.Select(_ => new List<RecognizedWord>()).ToArray();
        for (var first = 0; first < pictures.Count;)
        {
            int count = 0;
            for (long pixels = 0; first + count < pictures.Count && count < MostPictures; count++)
            {
                pixels += (long)pictures[first + count].Width * pictures[first + count].Height;
                if (count > 0 && pixels > MostPixels)
                    break;
            }

            await ReadAsync(workspace, pictures.Skip(first).Take(count), layout, words.AsMemory(first, count), cancellationToken);
            first += count;
        }

        return words;
    }

    private async Task ReadAsync(
        Workspace workspace, IEnumerable<TextPicture> pictures, TextLayout layout, Memory<List<RecognizedWord>> words,
        CancellationToken cancellationToken)
    {
        var directory = workspace.NewDirectory();
        var names = new StringBuilder();
        foreach (var (i, picture) in pictures.Index())
        {
            await WriteAsync(Path.Combine(directory, $"{i}.pgm"), picture, cancellationToken);
            names.Append(CultureInfo.InvariantCulture, $"{i}.pgm\n");
        }

        await File.WriteAllTextAsync(Path.Combine(directory, "pictures"), names.ToString(), cancellationToken);
        var result = await tools.RunAsync(
            new ToolRun
            {
                Tool = "tesseract",
                Arguments =
                [
                    "pictures", "stdout", "--dpi", "300",
                    .. ListArguments(layout), .. DarkOnLight, "tsv",
                ],
                Directory = directory,
                Environment = new Dictionary<string, string> { ["OMP_THREAD_LIMIT"] = "1" },
                StdoutBytes = 16_000_000,
                Subject = "page",
            },
            cancellationToken);
        Directory.Delete(directory, recursive: true);
        if (result.ExitCode != 0)
        {
            throw new ToolFailedException(
                "tesseract", $"install tesseract-ocr with its languages eng, jpn and jpn-vert, if they are missing; {result.Detail}");
        }

        Parse(Encoding.UTF8.GetString(result.Stdout), words.Span);
    }

    private static string[] ListArguments(TextLayout layout) => layout switch
    {
        TextLayout.EnglishLines => ["-l", "eng", "--psm", "11"],
        TextLayout.EnglishBlock => ["-l", "eng", "--psm", "6"],
        TextLayout.JapaneseColumns => ["-l", "jpn_vert", "--psm", "5"],
        _ => throw new ArgumentOutOfRangeException(nameof(layout), layout, null),
    };

    /// <summary>Columns: level, page, block, paragraph, line, word, left, top, width, height, confidence, text.</summary>
    private static void Parse(string table, Span<List<RecognizedWord>> words)
    {
        var (line, last) = (0, "");
        foreach (var row in table.Split('\n'))
        {
            var cells = row.TrimEnd('\r').Split('\t');
            if (cells is not [
                "5", var page, var block, var paragraph, var number, _, var left, var top, var width, var height, var confidence,
                { Length: > 0 } text])
            {
                continue;
            }

            var key = $"{page} {block} {paragraph} {number}";
            if (key != last)
                (line, last) = (line + 1, key);
            var picture = ParseNumber(page) - 1;
            if (picture >= 0 && picture < words.Length
                && double.TryParse(confidence, NumberStyles.Float, CultureInfo.InvariantCulture, out var percent))
            {
                words[picture].Add(
                    new(line, text, percent, ParseNumber(left), ParseNumber(top), ParseNumber(width), ParseNumber(height)));
            }
        }

        static int ParseNumber(string cell) =>
            int.TryParse(cell, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
    }

    private static async Task WriteAsync(string path, TextPicture picture, CancellationToken cancellationToken)
    {
        await using var file = File.Create(path);
        await file.WriteAsync(Encoding.ASCII.GetBytes($"P5\n{picture.Width} {picture.Height}\n255\n"), cancellationToken);
        await file.WriteAsync(picture.Pixels, cancellationToken);
    }
}
