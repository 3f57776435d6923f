using System.Text;
using MangaMotion.Media.Images;
using MangaMotion.Media.Pdf;
using MangaMotion.Media.Processes;

namespace MangaMotion.Media.Tests;

public sealed class PdfTests : IAsyncLifetime
{
    internal const string RedPaper = "1 0 0 rg 0 0 20000 20000 re f";

    private readonly Vips _files = new();
    private readonly MediaRig _rig = new(options => options.Limits.Pages = 50);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _rig.DisposeAsync();
        _files.Dispose();
    }

    [Fact]
    public async Task The_first_page_is_rendered_at_its_size_and_the_pages_are_counted()
    {
        var made = await RenderAsync(Pdf(pages: 3, "0 0 600 800", RedPaper));

        made.Pages.ShouldBe(3);
        made.Image.Files.Select(file => (file.Variant, file.Width, file.Height)).ShouldBe(
            [("preview", 960, 1280), ("thumbnail", 240, 320)]);
        Vips.Pixel(made.Image.Files[1].Path, 100, 100)[0].ShouldBeGreaterThan(240);
    }

    [Fact]
    public async Task A_blank_page_is_rendered() =>
        (await RenderAsync(Pdf(1, "0 0 600 800", ""))).Pages.ShouldBe(1);

    [Fact]
    public async Task A_huge_page_is_rejected_with_its_size()
    {
        var failure = await RenderAsync(Pdf(1, "0 0 90000 90000", RedPaper)).ShouldThrowAsync<MediaLimitException>();

        (failure.Code, failure.Allowed, failure.Actual).ShouldBe(("media.limit.page_size", 14_400, 90_000));
    }

    [Fact]
    public async Task Too_many_pages_are_rejected()
    {
        var failure = await RenderAsync(Pdf(51, "0 0 600 800", "")).ShouldThrowAsync<MediaLimitException>();

        failure.OwnerMessage.ShouldBe("The PDF has 51 pages; 50 are allowed.");
    }

    [Fact]
    public async Task An_encrypted_PDF_is_rejected_with_the_reason()
    {
        var failure = await RenderAsync(Pdf(1, "0 0 600 800", RedPaper, encrypted: true)).ShouldThrowAsync<UnsupportedMediaException>();

        failure.OwnerMessage.ShouldContain("encrypted");
    }

    [Fact]
    public async Task A_PDF_without_pages_is_rejected() =>
        (await RenderAsync(Pdf(0, "0 0 600 800", "")).ShouldThrowAsync<MediaException>()).Permanent.ShouldBeTrue();

    [Fact]
    public async Task An_invalid_PDF_is_rejected() =>
        (await RenderAsync("%PDF-1.7\nrubbish"u8.ToArray()).ShouldThrowAsync<CorruptMediaException>()).OwnerMessage.ShouldContain(
            "damaged");

    [Fact]
    public async Task A_page_with_unreadable_content_is_rejected_and_not_rendered_blank()
    {
        var failure = await RenderAsync(Pdf(1, "0 0 600 800", "BT (text in no font) Tj ET")).ShouldThrowAsync<CorruptMediaException>();

        failure.OwnerMessage.ShouldContain("damaged");
        failure.Detail.ShouldNotBeNullOrEmpty("the operator reads what poppler said");
    }

    [Fact]
    public async Task A_page_rendered_with_warnings_is_accepted() =>
        (await RenderAsync(Pdf(1, "0 0 600 800", $"{RedPaper} BT (text in no font) Tj ET"))).Pages.ShouldBe(1);

    [Fact]
    public async Task The_sandbox_has_the_tables_of_Japanese_encodings()
    {
        const string Font =
            "<< /Type /Font /Subtype /Type0 /BaseFont /Ryumin-Light /Encoding /90ms-RKSJ-H "
            + "/DescendantFonts [<< /Type /Font /Subtype /CIDFontType0 /BaseFont /Ryumin-Light"
            + " /CIDSystemInfo << /Registry (Adobe) /Ordering (Japan1) /Supplement 2 >> "
            + "/FontDescriptor << /Type /FontDescriptor /FontName /Ryumin-Light /Flags 4 >> >>] >>";

        // Without poppler-data this is a fault of the machine.
        var pdf = Pdf(
            1, "0 0 600 800", $"{RedPaper} 0 g BT /F 40 Tf 100 100 Td <82A082A2> Tj ET", $"/Resources << /Font << /F {Font} >> >>");
        (await RenderAsync(pdf)).Pages.ShouldBe(1);
    }

    [Fact]
    public async Task Only_the_crop_box_is_rendered()
    {
        // The left half of the box is red, and so is the area outside of it.
        var made = await RenderAsync(Pdf(1, "0 0 600 800", "1 0 0 rg 0 0 250 800 re f", "/CropBox [100 100 400 500]"));

        var preview = made.Image.Files[0];
        (preview.Width, preview.Height).ShouldBe((960, 1280));
        IsRed(preview, 400, 640).ShouldBeTrue();
        IsRed(preview, 560, 640).ShouldBeFalse();
    }

    [Fact]
    public async Task A_rotated_page_is_rendered_upright()
    {
        // Its left part is red. A rotation of 90° to the right moves it to the top.
        var made = await RenderAsync(Pdf(1, "0 0 600 800", "1 0 0 rg 0 0 150 800 re f", "/Rotate 90"));

        var preview = made.Image.Files[0];
        (preview.Width, preview.Height).ShouldBe((1280, 960));
        IsRed(preview, 640, 100).ShouldBeTrue();
        IsRed(preview, 640, 860).ShouldBeFalse();
    }

    [Fact]
    public async Task A_PDF_gives_the_same_pictures_after_100_others_in_the_same_host_process()
    {
        const string Text = "BT /F 60 Tf 80 600 Td (The last lamp) Tj ET 0.2 0.4 0.8 rg 100 100 300 200 re f";
        const string Fonts = "/Resources << /Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Times-Roman >> >> >>";
        var pdf = Pdf(1, "0 0 600 800", Text, Fonts);
        var small = new ImageRequest { Variants = [new ImageVariant("thumbnail", 64)] };
        var photo = _files.Encode(_files.Picture(300, 200), "jpg");

        var before = await RenderAsync(pdf);
        var child = _rig.Pool.ProcessIds.ShouldHaveSingleItem();
        for (var i = 0; i < 50; i++)
        {
            await RenderAsync(
                i % 5 == 0
                    ? "%PDF-1.7\nrubbish"u8.ToArray()
                    : Pdf(i, "0 0 700 500", $"{RedPaper} {Text}", Fonts.Replace("Times-Roman", $"Font{i}", StringComparison.Ordinal)),
                small)
                .ContinueWith(_ => { }, TaskScheduler.Default);
            await _rig.RenderAsync(photo, small);
        }

        var resident = ProcessTree.ResidentBytes(child);
        var after = await RenderAsync(pdf);

        _rig.Pool.ProcessIds.ShouldHaveSingleItem().ShouldBe(child);
        resident.ShouldBeLessThan(_rig.Options.Vips.RecycleAboveBytes);
        after.Image.ThumbHash.ShouldBe(before.Image.ThumbHash);
        foreach (var (one, other) in before.Image.Files.Zip(after.Image.Files))
            (await File.ReadAllBytesAsync(other.Path)).ShouldBe(await File.ReadAllBytesAsync(one.Path));
    }

    [Fact]
    public async Task A_host_process_killed_while_it_renders_fails_only_its_job()
    {
        var drawing = RenderAsync(Pdf(1, "0 0 600 800", SamplePdf.Curves(6_000)));
        await Eventually.HoldsAsync(
            () => _rig.Pool.ProcessIds.Any(id => Directory.EnumerateFiles(_rig.Root.Location, "input", SearchOption.AllDirectories).Any(
                path => path.EndsWith("/in/input", StringComparison.Ordinal))),
            "the host process renders");
        Vips.Run("kill", "-KILL", $"{ProcessTree.Tree(_rig.Pool.ProcessIds.Single()).Last()}");

        var failure = await drawing.ShouldThrowAsync<ToolFailedException>();

        (failure.Tool, failure.Signal, failure.Permanent).ShouldBe(("poppler", 9, false));
        (await RenderAsync(Pdf(2, "0 0 600 800", RedPaper))).Pages.ShouldBe(2);
    }

    [Fact]
    public async Task A_page_over_the_limit_of_processor_time_is_a_permanent_failure()
    {
        _rig.Options.Limits.CpuSeconds = 1;

        var failure = await RenderAsync(Pdf(1, "0 0 600 800", SamplePdf.Curves(6_000))).ShouldThrowAsync<MediaLimitException>();

        failure.Code.ShouldBe("media.limit.cpu");
    }

    [Fact]
    public async Task One_host_process_can_use_the_libvips_and_poppler_of_the_system()
    {
        _rig.Options.Vips.Library = "libvips.so.42";
        var photo = _files.Encode(_files.Picture(300, 200), "jpg");

        var first = await RenderAsync(Pdf(1, "0 0 600 800", RedPaper));
        (await _rig.RenderAsync(photo)).Image.Width.ShouldBe(300);
        var second = await RenderAsync(Pdf(1, "0 0 600 800", RedPaper));

        second.Image.ThumbHash.ShouldBe(first.Image.ThumbHash);
        _rig.Pool.ProcessIds.ShouldHaveSingleItem();
    }

    private static bool IsRed(MediaFile picture, int x, int y) => Vips.Pixel(picture.Path, x, y) is [> 200, < 80, < 80];

    private async Task<RenderedPdf> RenderAsync(byte[] content, ImageRequest? request = null)
    {
        var path = _files.NewPath("pdf");
        await File.WriteAllBytesAsync(path, content);
        var (workspace, type) = _rig.Open(path);
        type.ShouldBe(MediaType.Pdf);
        var renderer = new PdfRenderer(_rig.Pool, Microsoft.Extensions.Options.Options.Create(_rig.Options));
        return await renderer.RenderAsync(workspace, workspace.Input, request ?? new ImageRequest(), CancellationToken.None);
    }

    /// <param name="box">Left, bottom, right and top of every page in points.</param>
    /// <param name="entries">Further entries of every page.</param>
    internal static byte[] Pdf(int pages, string box, string content, string entries = "", bool encrypted = false)
    {
        List<string> objects =
        [
            "<< /Type /Catalog /Pages 2 0 R >>",
            $"<< /Type /Pages /Count {pages} /Kids [{string.Join(' ', Enumerable.Range(0, pages).Select(i => $"{i + 5} 0 R"))}] >>",
            $"<< /Length {content.Length} >>\nstream\n{content}\nendstream",
            $"<< /Filter /Standard /V 1 /R 2 /P -4 /O <{new string('1', 64)}> /U <{new string('2', 64)}> >>",
            .. Enumerable.Repeat($"<< /Type /Page /Parent 2 0 R /MediaBox [{box}] /Contents 3 0 R {entries} >>", pages),
        ];
        var (text, offsets) = (new StringBuilder("%PDF-1.4\n"), new List<int>());
        for (var i = 0; i < objects.Count; i++)
        {
            offsets.Add(text.Length);
            text.Append($"{i + 1} 0 obj\n{objects[i]}\nendobj\n");
        }

        var table = text.Length;
        text.Append($"xref\n0 {objects.Count + 1}\n0000000000 65535 f \n").AppendJoin(
            "", offsets.Select(offset => $"{offset:D10} 00000 n \n"));
        var key = encrypted ? $"/Encrypt 4 0 R /ID [<{new string('3', 32)}> <{new string('3', 32)}>]" : "";
        text.Append($"trailer << /Size {objects.Count + 1} /Root 1 0 R {key} >>\nstartxref\n{table}\n%%EOF\n");
        return Encoding.ASCII.GetBytes(text.ToString());
    }
}
