using MangaMotion.Media.Hosts;

namespace MangaMotion.MediaHost.Vips;

/// <summary>Writes final pixels without any metadata.</summary>
internal static class Encoder
{
    public static HostFile Save(VipsImage image, HostVariant variant, string directory)
    {
        var file = $"{variant.Name}.{variant.Format}";
        var path = Path.Combine(directory, file);
        switch (variant.Format)
        {
            case "jpg":
                Stripped(new Operation("jpegsave").Set("interlace", variant.Progressive ? 1 : 0), image, path).Set("Q", variant.Quality).Run();
                break;
            case "webp":
                Webp(image, path, variant.Quality);
                break;
            case "png":
                Stripped(new Operation("pngsave"), image, path).Run();
                break;
            default:
                throw new VipsException("save", $"no encoder for '{variant.Format}'");
        }

        return new HostFile(variant.Name, file, image.Width, image.Height);
    }

    /// <summary>Effort 2 of 6: twice as fast as the default for 3 % more bytes.</summary>
    public static void Webp(VipsImage image, string path, int quality) =>
        Stripped(new Operation("webpsave"), image, path).Set("Q", quality).Set("effort", 2).Run();

    private static Operation Stripped(Operation save, VipsImage image, string path) =>
        save.Set("in", image).Set("filename", path).Set("strip", 1);
}
