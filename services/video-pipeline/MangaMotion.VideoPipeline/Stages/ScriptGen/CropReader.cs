using MangaMotion.Comics.Lettering;
using MangaMotion.Film.Lettering;
using MangaMotion.Media;
using MangaMotion.Media.Workspaces;

namespace MangaMotion.VideoPipeline.Stages.ScriptGen;

/// <summary>Reads crops of a page with tesseract. The words have their place on the page.</summary>
internal sealed class CropReader(TextRecognizer recognizer)
{
    /// <summary>Reads crops.</summary>
    /// <returns>Words of each crop, in the order of the reader.</returns>
    /// <exception cref="MediaException">The tool failed, or the crops cost too much.</exception>
    public async Task<IReadOnlyList<IReadOnlyList<PageWord>>> ReadAsync(
        Workspace workspace, IReadOnlyList<TextCrop> crops, TextLayout layout, CancellationToken cancellationToken)
    {
        var words = await recognizer.ReadAsync(
            workspace, [.. crops.Select(crop => new TextPicture(crop.Width, crop.Height, crop.Pixels))], layout, cancellationToken);
        return [.. crops.Zip(words, (crop, read) => read.Select(word => PlaceOnPage(word, crop)).ToList())];
    }

    private static PageWord PlaceOnPage(RecognizedWord word, TextCrop crop) => new(
        word.Line, word.Text, word.Confidence,
        crop.Left + (word.X / crop.Scale), crop.Top + (word.Y / crop.Scale), word.Width / crop.Scale, word.Height / crop.Scale);
}
