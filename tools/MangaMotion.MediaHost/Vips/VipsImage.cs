using System.Runtime.InteropServices;

namespace MangaMotion.MediaHost.Vips;

/// <summary>An image that a <see cref="VipsScope"/> owns.</summary>
internal readonly record struct VipsImage(nint Handle)
{
    private const string Pages = "n-pages";

    public int Width => Native.vips_image_get_width(Handle);

    /// <summary>Height in pixels; of all frames on top of each other when several were loaded.</summary>
    public int Height => Native.vips_image_get_height(Handle);

    public int Bands => Native.vips_image_get_bands(Handle);

    public BandFormat Format => (BandFormat)Native.vips_image_get_format(Handle);

    public Interpretation Interpretation => (Interpretation)Native.vips_image_get_interpretation(Handle);

    public bool HasAlpha => Native.vips_image_hasalpha(Handle) != 0;

    /// <summary>EXIF orientation, 1 to 8; 1 where the file says nothing.</summary>
    public int Orientation => Native.vips_image_get_orientation(Handle);

    /// <summary>
    /// Frames of an animation, pages of a TIFF; at least 1. The field itself: libvips's own getter takes a number above
    /// ten thousand for nonsense and says 1.
    /// </summary>
    public int Frames => Has(Pages) && Native.vips_image_get_int(Handle, Pages, out var pages) == 0 ? Math.Max(1, pages) : 1;

    public int FrameHeight => Native.vips_image_get_page_height(Handle);

    public bool Has(string field) => Native.vips_image_get_typeof(Handle, field) != 0;

    public void Set(string field, int value) => Native.vips_image_set_int(Handle, field, value);

    /// <summary>The bytes of a metadata field; empty where there is none. Valid as long as the image.</summary>
    public unsafe ReadOnlySpan<byte> Blob(string field) =>
        Has(field) && Native.vips_image_get_blob(Handle, field, out var data, out var length) == 0
            ? new ReadOnlySpan<byte>((void*)data, (int)length)
            : [];

    /// <summary>Computes all pixels: band after band, row after row.</summary>
    public byte[] ToBytes()
    {
        var memory = Native.vips_image_write_to_memory(Handle, out var size);
        if (memory == 0)
            throw new VipsException("write_to_memory", Native.TakeError());
        var bytes = new byte[size];
        Marshal.Copy(memory, bytes, 0, bytes.Length);
        Native.g_free(memory);
        return bytes;
    }
}

/// <summary>Frees every image of one job at its end, the last made first.</summary>
internal sealed class VipsScope : IDisposable
{
    private readonly Stack<nint> _images = new();

    public VipsImage Own(nint image)
    {
        if (image == 0)
            throw new VipsException("image", Native.TakeError());
        _images.Push(image);
        return new VipsImage(image);
    }

    /// <summary>Computes all pixels of the image now; this is where a damaged file shows.</summary>
    public VipsImage Decode(VipsImage image) => Own(Native.vips_image_copy_memory(image.Handle));

    public unsafe VipsImage FromBytes(ReadOnlySpan<byte> pixels, int width, int height, int bands)
    {
        fixed (byte* first = pixels)
            return Own(Native.vips_image_new_from_memory_copy((nint)first, (nuint)pixels.Length, width, height, bands, (int)BandFormat.Byte));
    }

    public void Dispose()
    {
        while (_images.TryPop(out var image))
            Native.g_object_unref(image);
    }
}

/// <summary>libvips's <c>VipsBandFormat</c>, as far as used.</summary>
internal enum BandFormat
{
    Byte = 0,
    UShort = 2,
}

/// <summary>libvips's <c>VipsInterpretation</c>, as far as used.</summary>
internal enum Interpretation
{
    Grey = 1,
    Cmyk = 15,
    Srgb = 22,
    Rgb16 = 25,
    Grey16 = 26,
}
