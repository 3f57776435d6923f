using System.Globalization;
using System.Text;
using MangaMotion.Media;
using MangaMotion.Media.Pages;
using MangaMotion.Media.Processes;
using MangaMotion.Media.Sniffing;
using MangaMotion.Media.Video;
using MangaMotion.Media.Workspaces;
using Microsoft.Extensions.Options;

namespace MangaMotion.Film.Pages;

/// <summary>Page as 8-bit grey pixels, row after row without gaps.</summary>
public sealed record GreyPage(int Width, int Height, byte[] Pixels);

/// <summary>Reads page images in a child process: a whole page as grey pixels, or one panel in colour.</summary>
public sealed class PageReader(ToolRunner tools, IOptions<MediaOptions> options)
{
    /// <summary>Number of panels that one child cuts out. Each has a thread, and the number of threads is limited.</summary>
    private const int PanelsAtOnce = 8;

    private readonly MediaLimits _limits = options.Value.Limits;

    /// <param name="input">Image file. It is not deleted.</param>
    /// <exception cref="MediaException">
    /// The file is not an image that can be read as a page, is damaged, or has more pixels than allowed.
    /// </exception>
    public async Task<GreyPage> ReadGreyAsync(Workspace workspace, string input, CancellationToken cancellationToken)
    {
        GreyPage? page = null;
        var (type, result) = await DecodeAsync(
            workspace.NewDirectory(), input, ["-frames:v", "1", "-c:v", "pgm", "-pix_fmt", "gray", "-f", "image2pipe", "pipe:1"],
            async (stream, type, token) => page = await ReadPixmapAsync(stream, type, token), cancellationToken);
        return page ?? throw CreateFailure(type, result);
    }

    /// <summary>
    /// Reads one panel of a page on a canvas, as planes Y, U and V of the size of the canvas (yuv444p, limited range, BT.709). The child
    /// cuts and scales the page, so the worker never holds more than the canvas.
    /// </summary>
    /// <param name="input">Image file. It is not deleted.</param>
    /// <param name="mask">
    /// Values of the size of the panel on the canvas: 255 shows the panel and 0 the backdrop; null shows the whole panel.
    /// </param>
    /// <exception cref="MediaException">See <see cref="ReadGreyAsync"/>.</exception>
    public async Task<byte[]> ReadPanelAsync(
        Workspace workspace, string input, PanelCanvas canvas, byte[]? mask, CancellationToken cancellationToken)
    {
        byte[]? planes = null;
        var directory = await CreateMaskedAsync(workspace, mask, cancellationToken);
        var (type, result) = await DecodeAsync(
            directory, input,
            [
                .. mask is null ? [] : canvas.MaskInput, "-filter_complex", canvas.Filter(mask is not null),
                "-frames:v", "1", "-f", "rawvideo", "pipe:1",
            ],
            async (stream, _, token) =>
            {
                var buffer = new byte[3 * canvas.Width * canvas.Height];
                if (await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, token) == buffer.Length)
                    planes = buffer;
            },
            cancellationToken);
        return planes ?? throw CreateFailure(type, result);
    }

    /// <summary>Reads the same as <see cref="ReadPanelAsync"/> as a JPEG, for a provider that takes pictures.</summary>
    /// <exception cref="MediaException">See <see cref="ReadGreyAsync"/>.</exception>
    public async Task<byte[]> ReadPanelJpegAsync(
        Workspace workspace, string input, PanelCanvas canvas, byte[]? mask, CancellationToken cancellationToken)
    {
        const string FullRange = ",scale=in_color_matrix=bt709:in_range=tv:out_color_matrix=bt601:out_range=pc,format=yuvj420p";
        using var jpeg = new MemoryStream();
        var directory = await CreateMaskedAsync(workspace, mask, cancellationToken);
        var (type, result) = await DecodeAsync(
            directory, input,
            [
                .. mask is null ? [] : canvas.MaskInput, "-filter_complex", canvas.Filter(mask is not null) + FullRange,
                "-frames:v", "1", "-c:v", "mjpeg", "-q:v", "3", "-f", "image2pipe", "pipe:1",
            ],
            (stream, _, token) => stream.CopyToAsync(jpeg, token),
            cancellationToken);
        return jpeg.Length > 0 ? jpeg.ToArray() : throw CreateFailure(type, result);
    }

    /// <summary>
    /// Makes a small JPEG of each panel. Its longest side is at most <paramref name="size"/> pixels and never larger than the panel. The
    /// page is decoded once for every <see cref="PanelsAtOnce"/> panels.
    /// </summary>
    /// <param name="input">Image file. It is not deleted.</param>
    /// <returns>Files in the workspace, in the order of the panels.</returns>
    /// <exception cref="MediaException">See <see cref="ReadGreyAsync"/>.</exception>
    public async Task<IReadOnlyList<string>> CutThumbnailsAsync(
        Workspace workspace, string input, IReadOnlyList<PanelCut> panels, int size, CancellationToken cancellationToken)
    {
        var files = new List<string>(panels.Count);
        foreach (var some in panels.Chunk(PanelsAtOnce))
        {
            var directory = workspace.NewDirectory();
            var split = $"[0:v]split={some.Length}{string.Concat(some.Select((_, i) => $"[in{i}]"))}";
            var cuts = some.Select((panel, i) => $"[in{i}]{panel.Filter(size)},format=yuvj420p[out{i}]");
            var outputs = some.SelectMany((_, i) => (string[])
            [
                "-map", $"[out{i}]", "-frames:v", "1", .. Ffmpeg.OneThread, "-c:v", "mjpeg", "-q:v", "4",
                "-f", "image2", "-update", "1", NameFile(i),
            ]);
            string[] arguments = ["-filter_complex", string.Join(';', cuts.Prepend(split)), .. outputs];
            var (type, result) = await DecodeAsync(directory, input, arguments, read: null, cancellationToken);
            foreach (var file in some.Select((_, i) => Path.Combine(directory, NameFile(i))))
                files.Add(new FileInfo(file) is { Exists: true, Length: > 0 } ? file : throw CreateFailure(type, result));
        }

        return files;

        static string NameFile(int i) => $"{i}.jpg";
    }

    /// <summary>Creates the directory of the child with the file of the mask.</summary>
    private static async Task<string> CreateMaskedAsync(Workspace workspace, byte[]? mask, CancellationToken cancellationToken)
    {
        var directory = workspace.NewDirectory();
        if (mask is not null)
            await File.WriteAllBytesAsync(Path.Combine(directory, PanelCanvas.Mask), mask, cancellationToken);
        return directory;
    }

    private async Task<(MediaType Type, ToolResult Result)> DecodeAsync(
        string directory, string input, IReadOnlyList<string> output, Func<Stream, MediaType, CancellationToken, Task>? read,
        CancellationToken cancellationToken)
    {
        var sniffed = MediaSniffer.SniffFile(input);
        if (sniffed.Type is not { } type || PageImages.FindDecoder(type) is not { } decoder)
            throw new UnsupportedMediaException($"This is {sniffed.Description}; {PageImages.Types}");

        var result = await tools.RunAsync(
            new ToolRun
            {
                Tool = "ffmpeg",
                Arguments =
                [
                    .. Ffmpeg.Quiet, "-protocol_whitelist", "file", "-format_whitelist", decoder.Format, "-codec_whitelist", decoder.Codecs,
                    "-f", decoder.Format, .. Ffmpeg.OneThread,
                    "-max_pixels", _limits.Pixels.ToString(CultureInfo.InvariantCulture), "-i", Ffmpeg.File,
                    .. output,
                ],
                Directory = directory,
                Input = input,
                Subject = type.Title,
                ReadStdout = read is null ? null : (stream, token) => read(stream, type, token),
            },
            cancellationToken);
        return (type, result);
    }

    private MediaException CreateFailure(MediaType type, ToolResult result)
    {
        if (result.Stderr.Contains("max pixel count", StringComparison.Ordinal))
        {
            var message = $"The {type.Title} has more than {_limits.Pixels:N0} pixels, which is the limit for a page.";
            return new MediaLimitException("pixels", _limits.Pixels, null, message, result.Detail);
        }

        return Ffmpeg.ReportsDamage(result.Stderr)
            ? new CorruptMediaException($"The {type.Title} is damaged or cut short and shows no page; export it again.", result.Detail)
            : Ffmpeg.Failure(type, result);
    }

    /// <summary>Reads "P5 width height 255" and the pixels after it; null if the picture is not complete.</summary>
    private async Task<GreyPage?> ReadPixmapAsync(Stream stream, MediaType type, CancellationToken cancellationToken)
    {
        var numbers = new int[3];
        if (await ReadWordAsync() != "P5")
            return null;
        for (var i = 0; i < numbers.Length; i++)
        {
            if (!int.TryParse(await ReadWordAsync(), CultureInfo.InvariantCulture, out numbers[i]) || numbers[i] < 1)
                return null;
        }

        var area = (long)numbers[0] * numbers[1];
        if (area > _limits.Pixels)
            throw LimitExceeded.TooMany("pixels", _limits.Pixels, area, $"The {type.Title} has {{0}} pixels; {{1}} are allowed.");
        var pixels = new byte[area];
        return await stream.ReadAtLeastAsync(pixels, pixels.Length, throwOnEndOfStream: false, cancellationToken) == pixels.Length
            ? new GreyPage(numbers[0], numbers[1], pixels)
            : null;

        async Task<string> ReadWordAsync()
        {
            var word = new StringBuilder();
            var one = new byte[1];
            // A header has about 20 bytes. A longer word is not part of one.
            while (word.Length < 12 && await stream.ReadAsync(one, cancellationToken) == 1 && one[0] > ' ')
                word.Append((char)one[0]);
            return word.ToString();
        }
    }
}
