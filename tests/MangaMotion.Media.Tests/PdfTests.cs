using System.Text;
using MangaMotion.Media.Images;
using MangaMotion.Media.Pdf;

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
        made.Image.Files.Select(file => (file.Variant, file.Width, file.Height)).ShouldBe([("preview", 960, 1280), ("thumbnail", 240, 320)]);
        Vips.Pixel(made.Image.Files[1].Path, 100, 100)[0].ShouldBeGreaterThan(240);
    }

    [Fact]
    public async Task A_page_that_is_blank_on_purpose_is_no_fault() =>
        (await RenderAsync(Pdf(1, "0 0 600 800", ""))).Pages.ShouldBe(1);

    [Fact]
    public async Task A_page_as_large_as_a_house_is_refused_with_its_size()
    {
        var failure = await RenderAsync(Pdf(1, "0 0 90000 90000", RedPaper)).ShouldThrowAsync<MediaLimitException>();

        (failure.Code, failure.Allowed, failure.Actual).ShouldBe(("media.limit.page_size", 14_400, 90_000));
    }

    [Fact]
    public async Task Too_many_pages_are_refused()
    {
        var failure = await RenderAsync(Pdf(51, "0 0 600 800", "")).ShouldThrowAsync<MediaLimitException>();

        failure.OwnerMessage.ShouldBe("The PDF has 51 pages; 50 are allowed.");
    }

    [Fact]
    public async Task An_encrypted_one_is_refused_by_what_it_is()
    {
        var failure = await RenderAsync(Pdf(1, "0 0 600 800", RedPaper, encrypted: true)).ShouldThrowAsync<UnsupportedMediaException>();

        failure.OwnerMessage.ShouldContain("encrypted");
    }

    [Fact]
    public async Task One_without_pages_is_refused() =>
        (await RenderAsync(Pdf(0, "0 0 600 800", "")).ShouldThrowAsync<MediaException>()).Permanent.ShouldBeTrue();

    [Fact]
    public async Task One_of_rubbish_is_refused() =>
        (await RenderAsync("%PDF-1.7\nrubbish"u8.ToArray()).ShouldThrowAsync<CorruptMediaException>()).OwnerMessage.ShouldContain("damaged");

    private async Task<RenderedPdf> RenderAsync(byte[] content)
    {
        var path = _files.NewPath("pdf");
        await File.WriteAllBytesAsync(path, content);
        var (workspace, type) = _rig.Open(path);
        type.ShouldBe(MediaType.Pdf);
        var renderer = new PdfRenderer(_rig.Tools, _rig.Images, Microsoft.Extensions.Options.Options.Create(_rig.Options));
        return await renderer.RenderAsync(workspace, workspace.Input, new ImageRequest(), CancellationToken.None);
    }

    internal static byte[] Pdf(int pages, string box, string content, bool encrypted = false)
    {
        List<string> objects =
        [
            "<< /Type /Catalog /Pages 2 0 R >>",
            $"<< /Type /Pages /Count {pages} /Kids [{string.Join(' ', Enumerable.Range(0, pages).Select(i => $"{i + 5} 0 R"))}] >>",
            $"<< /Length {content.Length} >>\nstream\n{content}\nendstream",
            $"<< /Filter /Standard /V 1 /R 2 /P -4 /O <{new string('1', 64)}> /U <{new string('2', 64)}> >>",
            .. Enumerable.Repeat($"<< /Type /Page /Parent 2 0 R /MediaBox [{box}] /Contents 3 0 R >>", pages),
        ];
        var (text, offsets) = (new StringBuilder("%PDF-1.4\n"), new List<int>());
        for (var i = 0; i < objects.Count; i++)
        {
            offsets.Add(text.Length);
            text.Append($"{i + 1} 0 obj\n{objects[i]}\nendobj\n");
        }

        var table = text.Length;
        text.Append($"xref\n0 {objects.Count + 1}\n0000000000 65535 f \n").AppendJoin("", offsets.Select(offset => $"{offset:D10} 00000 n \n"));
        var key = encrypted ? $"/Encrypt 4 0 R /ID [<{new string('3', 32)}> <{new string('3', 32)}>]" : "";
        text.Append($"trailer << /Size {objects.Count + 1} /Root 1 0 R {key} >>\nstartxref\n{table}\n%%EOF\n");
        return Encoding.ASCII.GetBytes(text.ToString());
    }
}
