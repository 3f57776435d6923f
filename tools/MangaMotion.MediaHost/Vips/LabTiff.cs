using MangaMotion.Media.Chapters;
using MangaMotion.Media.Sniffing;
using NetVips;

namespace MangaMotion.MediaHost.Vips;

/// <summary>
/// Loads TIFFs in CIE L*a*b*. libvips 8.18 refuses those of 8 bits ("bad labq format"), so they are loaded as if they
/// were RGB, and the numbers are read as TIFF 6.0, section 23, defines them: L* from 0 to full scale, a* and b* signed.
/// </summary>
internal static class LabTiff
{
    private const ushort Rgb = 2;

    /// <summary>
    /// Most bytes kept in memory for the changed part, which reaches to the beginning or the end of the file. A change in the middle of a
    /// larger file is refused.
    /// </summary>
    private const long MostPatchBytes = 64_000_000;

    /// <summary>Loads the file with its photometric interpretation changed to RGB.</summary>
    public static Image Load(ImageScope scope, PictureFile file, TiffField field)
    {
        var handle = scope.Own(File.OpenHandle(file.Path));
        var length = RandomAccess.GetLength(handle);
        var (before, after) = (field.Offset + sizeof(ushort), length - field.Offset);
        if (Math.Min(before, after) > MostPatchBytes)
            throw new VipsException("the directory is in the middle of a large file: unsupported");

        byte[] rgb = field.IsLittleEndian ? [(byte)Rgb, 0] : [0, (byte)Rgb];
        var patched = new byte[Math.Min(before, after)];
        RandomAccess.Read(handle, patched, before < after ? 0 : field.Offset);
        rgb.CopyTo(patched, before < after ? patched.Length - rgb.Length : 0);
        var stream = before < after
            ? new FileSlice(handle, before, length - before, head: patched)
            : new FileSlice(handle, 0, field.Offset, tail: patched);
        return Image.TiffloadStream(
            scope.Own(stream), page: file.Tiff.Page, subifd: file.Tiff.Child, access: Enums.Access.Sequential, failOn: Enums.FailOn.Error);
    }

    /// <summary>
    /// Reads the first three bands as L*, a* and b* and converts them to sRGB. The white of integers is D50, as in libtiff, Photoshop and
    /// ICC profiles. The white of floating-point numbers is D65, which libvips uses.
    /// </summary>
    public static Image ToSrgb(ImageScope scope, Image image)
    {
        if (image.Bands < 3)
            return image;
        if (image.Format is not (Enums.BandFormat.Uchar or Enums.BandFormat.Ushort))
            return Colours.To(scope, scope.Own(image.Copy(interpretation: Enums.Interpretation.Lab)), Enums.Interpretation.Srgb);

        var isDeep = image.Format == Enums.BandFormat.Ushort;
        var lightness = scope.Own(scope.Own(image.ExtractBand(0)).Linear([100 / (isDeep ? 65_535.0 : 255)], [0.0]));
        var signed = scope.Own(scope.Own(image.ExtractBand(1, n: 2)).Copy(format: isDeep ? Enums.BandFormat.Short : Enums.BandFormat.Char));
        var chroma = scope.Own(signed.Linear([isDeep ? 1 / 256.0 : 1], [0.0]));
        var lab = scope.Own(scope.Own(lightness.Bandjoin(chroma)).Copy(interpretation: Enums.Interpretation.Lab));
        return scope.Own(lab.IccExport(outputProfile: "srgb", depth: 8));
    }
}
