using System.Text;

namespace MangaMotion.MediaHost.Lettering;

/// <summary>
/// Reads lines of lettering with the recogniser of PP-OCRv4. Each column of its output has a probability for each character and for
/// "none". The likeliest characters without repetitions are the text (connectionist temporal classification, Graves et al., 2006).
/// </summary>
internal sealed class LineReader(string modelDirectory)
{
    public const string File = "ch_PP-OCRv4_rec_infer.onnx", Characters = "ppocr_keys_v1.txt";

    /// <summary>Height of the network's input.</summary>
    private const int Height = 48;

    /// <summary>Margin at both ends of a line, in heights: boxes may end within the first or the last letter.</summary>
    private const double SideMargin = 0.12;

    private const int MinWidth = 48, MaxWidth = 1_600;

    private readonly OnnxModel _model = OnnxModel.Load(modelDirectory, File);
    private readonly string[] _characters = [.. System.IO.File.ReadAllLines(Path.Combine(modelDirectory, Characters)), " "];

    /// <summary>Reads one line.</summary>
    /// <returns>The text, and the geometric mean of the probabilities of its characters, 0 for an empty text.</returns>
    public (string Text, double Confidence) Read(PagePixels page, TextBox box)
    {
        var margin = SideMargin * box.Height;
        double left = Math.Max(0, box.Left - margin), right = Math.Min(page.Width, box.Right + margin);
        var width = (int)Math.Clamp(Math.Round((right - left) * Height / box.Height), MinWidth, MaxWidth);
        var line = page.Cut(left, box.Top, right, box.Bottom, width, Height);
        var plane = width * Height;
        var input = new float[3 * plane];
        for (var at = 0; at < plane; at++)
            input[at] = input[plane + at] = input[(2 * plane) + at] = (line[at] / 127.5f) - 1;

        var (values, shape) = _model.Run(input, [1, 3, Height, width]);
        var (steps, classes) = ((int)shape[1], (int)shape[2]);
        var text = new StringBuilder();
        var (last, logarithms, read) = (0, 0.0, 0);
        for (var step = 0; step < steps; step++)
        {
            var row = values.AsSpan(step * classes, classes);
            var best = FindLargest(row);
            if (best != 0 && best != last && best <= _characters.Length)
            {
                text.Append(_characters[best - 1]);
                logarithms += Math.Log(Math.Max(row[best], 1e-6f));
                read++;
            }

            last = best;
        }

        return (text.ToString().Trim(), read == 0 ? 0 : Math.Exp(logarithms / read));
    }

    private static int FindLargest(ReadOnlySpan<float> values)
    {
        var best = 0;
        for (var i = 1; i < values.Length; i++)
        {
            if (values[i] > values[best])
                best = i;
        }

        return best;
    }
}
