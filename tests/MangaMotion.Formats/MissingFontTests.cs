using System.Diagnostics;
using System.Text.Json.Nodes;

namespace MangaMotion.Formats;

/// <summary>
/// A machine without a font for Chinese, Japanese and Korean: a media host with a fontconfig that knows DejaVu alone. The sandbox gives the
/// hosts of the product no such setting, so the program is started as it is.
/// </summary>
public sealed class MissingFontTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mm-fonts-").FullName;

    /// <summary>Text, its code page, and Adobe's names of the collection and of the map.</summary>
    public static TheoryData<string, int, string, string> Texts { get; } = new()
    {
        { "吾輩は猫である", 932, "Japan1", "90ms-RKSJ-H" },
        { "나는고양이", 949, "Korea1", "KSCms-UHC-H" },
        { "我是一只猫咪", 936, "GB1", "GBK-EUC-H" },
        { "我是一隻貓咪", 950, "CNS1", "ETen-B5-H" },
    };

    [Theory]
    [MemberData(nameof(Texts))]
    public async Task Text_without_a_font_leaves_a_note(string text, int codePage, string ordering, string map)
    {
        var pdf = PdfFile.WithoutFont(text, codePage, ordering, map, "Missing");
        (await DrawAsync(pdf, onlyDejaVu: true)).ShouldBe(["FontsMissing"]);
        (await DrawAsync(pdf, onlyDejaVu: false)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_page_without_such_text_has_no_note() =>
        (await DrawAsync(PdfFile.OnePage(PdfFile.FourColours), onlyDejaVu: true)).ShouldBeEmpty();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>The notes of the host's answer.</summary>
    private async Task<string[]> DrawAsync(byte[] pdf, bool onlyDejaVu)
    {
        var (input, output) = (Path.Combine(_folder, "in"), Path.Combine(_folder, "out"));
        Directory.CreateDirectory(input);
        Directory.CreateDirectory(output);
        await File.WriteAllBytesAsync(Path.Combine(input, "input"), pdf);
        var program = Path.Combine(AppContext.BaseDirectory, "mediahost", "MangaMotion.MediaHost.dll");
        var start = new ProcessStartInfo("dotnet")
        {
            UseShellExecute = false,
            ArgumentList = { program, input, output, "libvips.so.42", "", "" },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        if (onlyDejaVu)
            start.Environment["FONTCONFIG_FILE"] = await WriteFontsAsync();
        using var host = Process.Start(start)!;
        (await host.StandardOutput.ReadLineAsync()).ShouldBe("");
        await host.StandardInput.WriteLineAsync(
            """
            {"job":"pdf","type":"application/pdf","maxPages":10,
            "page":{"number":1,"longer":480,"shorter":480,"maxPixels":1000000,"pictures":{
            "variants":[{"name":"page","size":480,"format":"png","quality":80,"progressive":false}],
            "background":[255,255,255]}}}
            """.ReplaceLineEndings(""));
        var answer = JsonNode.Parse((await host.StandardOutput.ReadLineAsync())!)!;
        host.StandardInput.Close();
        await host.WaitForExitAsync();
        answer["answer"]!.GetValue<string>().ShouldBe("pdf", answer.ToJsonString());
        File.Delete(Path.Combine(output, "page.png"));
        return [.. answer["image"]!["notes"]!.AsArray().Select(note => note!.GetValue<string>())];
    }

    private async Task<string> WriteFontsAsync()
    {
        var path = Path.Combine(_folder, "fonts.conf");
        await File.WriteAllTextAsync(
            path, $"<fontconfig><dir>/usr/share/fonts/truetype/dejavu</dir><cachedir>{_folder}/cache</cachedir></fontconfig>");
        return path;
    }
}
