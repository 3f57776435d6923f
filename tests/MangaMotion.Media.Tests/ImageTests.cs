using MangaMotion.Media.Hosts;
using MangaMotion.Media.Images;
using MangaMotion.Media.Processes;

namespace MangaMotion.Media.Tests;

public sealed class ImageTests : IAsyncLifetime
{
    private const double Red = 0, Green = 1, Blue = 2, White = 3;
    private static readonly (byte R, byte G, byte B)[] Corners = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)];

    private readonly Vips _vips = new();
    private readonly MediaRig _rig = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _rig.DisposeAsync();
        _vips.Dispose();
    }

    [Fact]
    public async Task A_photo_becomes_a_preview_and_a_thumbnail()
    {
        var photo = _vips.Encode(_vips.Picture(1800, 1200), "jpg");

        var made = await _rig.RenderAsync(photo);

        made.Image.ShouldSatisfyAllConditions(
            image => (image.Width, image.Height, image.Frames, image.Orientation, image.HasAlpha).ShouldBe((1800, 1200, 1, 1, false)),
            image => image.Files.Select(file => (file.Variant, file.ContentType, file.Width, file.Height)).ShouldBe(
                [("preview", "image/jpeg", 1280, 853), ("thumbnail", "image/jpeg", 320, 213)]),
            image => Convert.FromBase64String(image.ThumbHash).Length.ShouldBeInRange(20, 25));
        foreach (var file in made.Image.Files)
        {
            new FileInfo(file.Path).Length.ShouldBe(file.Bytes);
            Vips.Header(file.Path, "width").ShouldBe($"{file.Width}");
        }
    }

    [Fact]
    public async Task Chosen_variants_contain_the_picture_or_crop_its_middle()
    {
        var pixmap = Write("ppm", HandMade.Pixmap(2400, 600, (x, _) => Corners[x < 900 ? 0 : x < 1500 ? 1 : 2]));
        var request = new ImageRequest
        {
            Variants =
            [
                ImageRequest.Preview, ImageRequest.Thumbnail, new("card", 640) { Format = ImageFormat.Webp },
                new("square", 500) { Fit = ImageFit.Crop, Format = ImageFormat.Avif }, new("largest", 4096) { Fit = ImageFit.Crop },
                new("tiny", 16) { Fit = ImageFit.Crop },
            ],
        };

        var made = await _rig.RenderAsync(_vips.Encode(pixmap, "png"), request);

        made.Image.Files.Select(file => (file.Variant, file.ContentType, file.Width, file.Height)).ShouldBe(
        [
            ("preview", "image/jpeg", 1280, 320), ("thumbnail", "image/jpeg", 320, 80), ("card", "image/webp", 640, 160),
            ("square", "image/avif", 500, 500), ("largest", "image/jpeg", 600, 600), ("tiny", "image/jpeg", 16, 16),
        ]);
        foreach (var file in made.Image.Files.Where(file => file.Variant is "largest" or "tiny"))
            ShouldBeNear(Vips.Pixel(file.Path, file.Width / 2, file.Height / 2), Corners[(int)Green]);
        ShouldBeNear(Vips.Pixel(made.Image.Files[4].Path, 9, 9), Corners[(int)Green]);
        Convert.FromBase64String(made.Image.ThumbHash).Length.ShouldBeGreaterThan(5);
    }

    [Theory]
    [InlineData(1, Red, Green, Blue, White)]
    [InlineData(2, Green, Red, White, Blue)]
    [InlineData(3, White, Blue, Green, Red)]
    [InlineData(4, Blue, White, Red, Green)]
    [InlineData(5, Red, Blue, Green, White)]
    [InlineData(6, Blue, Red, White, Green)]
    [InlineData(7, White, Green, Blue, Red)]
    [InlineData(8, Green, White, Red, Blue)]
    public async Task Every_orientation_is_turned_upright(
        byte orientation, double topLeft, double topRight, double bottomLeft, double bottomRight)
    {
        var pixmap = Write("ppm", HandMade.Pixmap(1600, 1000, (x, y) => Corners[(x < 800 ? 0 : 1) + (y < 500 ? 0 : 2)]));
        var plain = _vips.Encode(pixmap, "jpg");
        var turned = Write("jpg", HandMade.WithOrientation(await File.ReadAllBytesAsync(plain), orientation));

        var made = await _rig.RenderAsync(turned);

        var (width, height) = orientation < 5 ? (1600, 1000) : (1000, 1600);
        (made.Image.Orientation, made.Image.Width, made.Image.Height).ShouldBe((orientation, width, height));
        foreach (var file in made.Image.Files)
        {
            (double Corner, int X, int Y)[] expected =
            [
                (topLeft, 9, 9), (topRight, file.Width - 10, 9), (bottomLeft, 9, file.Height - 10),
                (bottomRight, file.Width - 10, file.Height - 10),
            ];
            foreach (var (corner, x, y) in expected)
                ShouldBeNear(Vips.Pixel(file.Path, x, y), Corners[(int)corner]);
            Vips.Run("vipsheader", "-a", file.Path).ShouldNotContain("orientation");
        }
    }

    [Theory]
    [InlineData("jpg[Q=90]")]
    [InlineData("jpg[Q=90,interlace]")]
    [InlineData("png")]
    [InlineData("png[interlace]")]
    [InlineData("png[palette]")]
    [InlineData("webp[lossless]")]
    [InlineData("webp[Q=90]")]
    [InlineData("tiff[compression=lzw]")]
    [InlineData("tiff[compression=deflate,tile]")]
    [InlineData("gif")]
    public async Task The_result_is_as_sharp_as_that_of_vipsthumbnail(string format)
    {
        var picture = _vips.Encode(_vips.Picture(2600, 1700), format);

        var made = await _rig.RenderAsync(picture);

        foreach (var file in made.Image.Files)
        {
            var reference = _vips.NewPath("jpg");
            Vips.Run("vipsthumbnail", picture, "-s", $"{Math.Max(file.Width, file.Height)}", "-o", $"{reference}[Q=80]");
            _vips.Psnr(file.Path, reference).ShouldBeGreaterThan(35, file.Variant);
        }
    }

    [Fact]
    public async Task Cmyk_16_bits_grey_and_a_wide_profile_become_8_bit_srgb()
    {
        var source = Write("ppm", HandMade.Pixmap(400, 300, (_, _) => (200, 80, 40)));
        var grey = Write("ppm", HandMade.Pixmap(400, 300, (_, _) => (90, 90, 90)));
        (string File, (byte, byte, byte) Expected)[] cases =
        [
            (_vips.Encode(_vips.Make("v", "icc_export", source, "OUT", "--output-profile", "cmyk"), "jpg"), (200, 80, 40)),
            (_vips.Encode(_vips.Make("v", "icc_export", source, "OUT", "--output-profile", "cmyk"), "tiff"), (200, 80, 40)),
            (_vips.Encode(_vips.Make("v", "colourspace", source, "OUT", "rgb16"), "png"), (200, 80, 40)),
            (_vips.Encode(_vips.Make("v", "icc_export", source, "OUT", "--output-profile", "p3"), "png"), (200, 80, 40)),
            (_vips.Encode(_vips.Make("v", "colourspace", grey, "OUT", "b-w"), "jpg"), (90, 90, 90)),
            (_vips.Encode(_vips.Make("v", "colourspace", grey, "OUT", "grey16"), "png"), (90, 90, 90)),
        ];
        foreach (var (file, expected) in cases)
        {
            var thumbnail = (await _rig.RenderAsync(file))["thumbnail"].Path;
            Vips.Header(thumbnail, "format").ShouldContain("UCHAR");
            ShouldBeNear(Vips.Pixel(thumbnail, 50, 50), expected);
        }
    }

    [Theory]
    [InlineData("png")]
    [InlineData("webp[lossless]")]
    [InlineData("tiff")]
    public async Task Transparent_pixels_lie_on_the_background(string format)
    {
        var clear = _vips.Encode(_vips.Make("v", "bandjoin_const", _vips.Picture(500, 400), "OUT", "0"), format);

        var onWhite = await _rig.RenderAsync(clear);
        var onBlue = await _rig.RenderAsync(clear, new ImageRequest { Background = new Rgb(10, 20, 200) });

        onWhite.Image.HasAlpha.ShouldBeTrue();
        ShouldBeNear(Vips.Pixel(onWhite["thumbnail"].Path, 100, 100), (255, 255, 255));
        ShouldBeNear(Vips.Pixel(onBlue["preview"].Path, 100, 100), (10, 20, 200));
    }

    [Theory]
    [InlineData("gif")]
    [InlineData("webp")]
    public async Task An_animation_gives_its_first_frame_and_a_moving_preview(string format)
    {
        var moving = _vips.Encode(_vips.Strip(5, 700, 500), $"{format}[page_height=500]");

        var made = await _rig.RenderAsync(moving);

        (made.Image.Frames, made.Image.Width, made.Image.Height).ShouldBe((5, 700, 500));
        (made["preview"].Width, made["preview"].Height).ShouldBe((700, 500));
        var animation = made["animation"];
        (animation.ContentType, animation.Width, animation.Height).ShouldBe(("image/webp", 480, 343));
        (Vips.Header(animation.Path, "n-pages"), Vips.Header(animation.Path, "height")).ShouldBe(("5", "343"));
    }

    [Fact]
    public async Task The_caller_chooses_sizes_format_quality_and_names()
    {
        var photo = _vips.Encode(_vips.Picture(900, 600), "jpg");

        var made = await _rig.RenderAsync(photo, new ImageRequest
        {
            Variants =
            [
                new ImageVariant("tiny", 64) { Format = ImageFormat.Png },
                new ImageVariant("large", 600) { Format = ImageFormat.Webp, Quality = 50 },
            ],
        });

        (made["tiny"].Width, made["tiny"].ContentType, made["large"].Width, made["large"].ContentType).ShouldBe(
            (64, "image/png", 600, "image/webp"));
    }

    [Fact]
    public async Task A_small_or_extreme_picture_is_not_enlarged()
    {
        var dot = await _rig.RenderAsync(_vips.Encode(Write("ppm", HandMade.Pixmap(1, 1, (_, _) => (1, 2, 3))), "png"));
        var line = await _rig.RenderAsync(_vips.Encode(Write("ppm", HandMade.Pixmap(9000, 1, (_, _) => (1, 2, 3))), "png"));

        (dot["preview"].Width, dot["preview"].Height).ShouldBe((1, 1));
        (line["preview"].Width, line["preview"].Height).ShouldBe((1280, 1));
    }

    [Fact]
    public async Task The_packaged_libvips_is_in_use_and_the_configured_one_takes_precedence()
    {
        var packaged = VipsLibrary.Find("", MediaHost.Folder);
        packaged.ShouldStartWith(MediaHost.Folder);
        (await LoadedByAsync(_vips.Encode(_vips.Picture(50, 30), "png"))).ShouldBe(packaged);

        VipsLibrary.Find("libvips.so.42", MediaHost.Folder).ShouldBe("libvips.so.42");
        Should.Throw<FileNotFoundException>(() => VipsLibrary.Find("/nowhere/libvips.so.42", MediaHost.Folder)).Message.ShouldContain(
            "Media:Vips:Library");

        async Task<string> LoadedByAsync(string picture)
        {
            await _rig.RenderAsync(picture);
            var child = ProcessTree.Tree(_rig.Pool.ProcessIds.ShouldHaveSingleItem()).Last();
            return (await File.ReadAllLinesAsync($"/proc/{child}/maps"))
                .Select(line => line.Split(' ', 6, StringSplitOptions.RemoveEmptyEntries)[^1])
                .Where(path => Path.GetFileName(path).StartsWith("libvips", StringComparison.Ordinal))
                .Distinct()
                .ShouldHaveSingleItem();
        }
    }

    [Fact]
    public async Task A_heic_is_read_by_a_separate_host_process()
    {
        var heic = _vips.Encode(_vips.Picture(500, 300), "heic");

        (await _rig.RenderAsync(heic)).Image.Width.ShouldBe(500);
        _rig.Pool.ProcessIds.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_avif_is_read()
    {
        var avif = _vips.Encode(_vips.Picture(500, 300), "avif");

        (await _rig.RenderAsync(avif)).Image.Width.ShouldBe(500);
    }

    [Theory]
    [InlineData("jpg")]
    [InlineData("png")]
    [InlineData("webp")]
    [InlineData("tiff")]
    [InlineData("gif")]
    public async Task A_truncated_file_is_a_permanent_failure(string format)
    {
        var whole = await File.ReadAllBytesAsync(_vips.Encode(_vips.Picture(900, 700), format));

        var failure = await _rig.RenderAsync(Write(format, whole[..(whole.Length / 2)])).ShouldThrowAsync<CorruptMediaException>();

        failure.OwnerMessage.ShouldContain("damaged or cut short");
        failure.Permanent.ShouldBeTrue();
    }

    [Theory]
    [InlineData("png")]
    [InlineData("jpg")]
    public async Task Too_many_pixels_are_rejected_before_decoding(string format)
    {
        await using var strict = new MediaRig(options => options.Limits.Pixels = 200_000);

        var failure = await strict.RenderAsync(_vips.Encode(_vips.Picture(600, 400), format)).ShouldThrowAsync<MediaLimitException>();

        (failure.Code, failure.Allowed, failure.Actual).ShouldBe(("media.limit.pixels", 200_000, 240_000));
        failure.OwnerMessage.ShouldContain("240,000 pixels; 200,000 are allowed");
    }

    [Fact]
    public async Task A_false_header_within_the_limits_is_detected()
    {
        var photo = await File.ReadAllBytesAsync(_vips.Encode(_vips.Picture(600, 400), "jpg"));

        await _rig.RenderAsync(Write("jpg", HandMade.WithSize(photo, 900, 900))).ShouldThrowAsync<CorruptMediaException>();
    }

    [Fact]
    public async Task Too_many_frames_are_rejected()
    {
        await using var strict = new MediaRig(options => options.Limits.Frames = 2);
        var failure = await strict.RenderAsync(_vips.Encode(_vips.Strip(3, 60, 50), "gif[page_height=50]"))
            .ShouldThrowAsync<MediaLimitException>();

        (failure.Code, failure.Actual).ShouldBe(("media.limit.frames", 3));
    }

    [Fact]
    public async Task An_svg_with_the_name_of_a_jpeg_is_rejected_by_its_type()
    {
        var failure = await _rig.RenderAsync(Write("jpg", "<svg xmlns='http://www.w3.org/2000/svg'/>"u8.ToArray()))
            .ShouldThrowAsync<UnsupportedMediaException>();

        failure.OwnerMessage.ShouldStartWith("This is an SVG image");
    }

    [Fact]
    public async Task A_file_that_only_starts_like_its_type_is_rejected_and_the_host_process_goes_on()
    {
        foreach (var type in MediaType.All.Where(type => type.Kind == MediaKind.Image))
        {
            await using var workspace = _rig.Root.Create();
            await File.WriteAllBytesAsync(workspace.Input, [0xFF, 0xD8, 0xFF, 0xE0, 1, 2, 3]);
            var failure = await _rig.Images.RenderAsync(workspace, workspace.Input, type, new ImageRequest(), default)
                .ShouldThrowAsync<MediaException>();
            failure.Permanent.ShouldBeTrue($"{type}: {failure.Message}");
        }

        _rig.Pool.ProcessIds.Count.ShouldBe(1, "none died; that of HEIC is used once");
    }

    [Fact]
    public async Task A_hostile_file_name_is_not_used_as_an_argument()
    {
        await using var workspace = _rig.Root.Create();
        foreach (var name in (string[])["-y", "%03d.jpg", "a[page=3].jpg", "concat:x", "new\nline", "‮gpj.exe", new string('n', 250)])
        {
            var path = Path.Combine(workspace.Location, name);
            File.Copy(_vips.Encode(_vips.Picture(60, 40), "jpg"), path);

            (await _rig.Images.RenderAsync(workspace, path, MediaType.Jpeg, new ImageRequest(), default)).Width.ShouldBe(60);
            File.Exists(path).ShouldBeTrue();
        }
    }

    private string Write(string extension, byte[] content)
    {
        var path = _vips.NewPath(extension);
        File.WriteAllBytes(path, content);
        return path;
    }

    private static void ShouldBeNear(double[] pixel, (byte R, byte G, byte B) expected)
    {
        double[] colour = [expected.R, expected.G, expected.B];
        for (var band = 0; band < pixel.Length; band++)
            pixel[band].ShouldBe(colour[band], 14, $"{string.Join(' ', pixel)} for {expected}");
    }
}
