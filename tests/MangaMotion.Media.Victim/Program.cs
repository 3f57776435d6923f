using MangaMotion.Film;
using MangaMotion.Film.Lettering;
using MangaMotion.Film.Pages;
using MangaMotion.Film.Speech;
using MangaMotion.Media;
using MangaMotion.Media.Images;
using MangaMotion.Media.Pdf;
using MangaMotion.Media.Processes;
using MangaMotion.Media.Video;
using MangaMotion.Media.Workspaces;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

// Worker in a separate process.
// Arguments: scratch directory, sandbox, number of idle threads, "wait" or "end", files.
// Files are JPEG, PDF, MP4, or TXT with a line to speak, such as line.ja.txt.
// It starts the idle threads, processes every file, writes one line for each, and then waits to be killed or ends.
var configuration = new ConfigurationBuilder().AddInMemoryCollection(
[
    new("Media:ScratchDirectory", args[0]), new("Media:Sandbox", args[1]), new("Media:Hosts", "1"),
]).Build();
for (var i = int.Parse(args[2]); i > 0; i--)
    new Thread(() => Thread.Sleep(Timeout.Infinite)) { IsBackground = true }.Start();

await using var services = new ServiceCollection().AddLogging().AddSingleton<IConfiguration>(configuration).AddMedia().AddFilm()
    .BuildServiceProvider();
Console.WriteLine($"sandbox: {services.GetRequiredService<Sandbox>().Kind}");
foreach (var file in args[4..])
{
    await using var workspace = services.GetRequiredService<WorkspaceRoot>().Create();
    File.Copy(file, workspace.Input);
    Console.WriteLine(await DescribeAsync(workspace, file));
}

Console.WriteLine("ready");
if (args[3] == "wait")
    await Task.Delay(Timeout.Infinite);

async Task<string> DescribeAsync(Workspace workspace, string file)
{
    var request = new ImageRequest();
    switch (Path.GetExtension(file))
    {
        case ".pdf":
            var pdf = await services.GetRequiredService<PdfRenderer>().RenderAsync(
                workspace, workspace.Input, request, CancellationToken.None);
            return $"pdf: {pdf.Pages} page, {pdf.Image.Width} x {pdf.Image.Height}";
        case ".mp4":
            var video = await services.GetRequiredService<VideoRenderer>().RenderAsync(
                workspace, workspace.Input, MediaType.Mp4, request, CancellationToken.None);
            return $"video: {video!.VideoCodec}, {video.Width} x {video.Height}";
        case ".txt":
            var speech = new SpeechRequest(
                await File.ReadAllTextAsync(workspace.Input), Path.GetExtension(Path.GetFileNameWithoutExtension(file))[1..]);
            var line = await services.GetRequiredService<SpeechSynthesizer>().SpeakAsync(workspace, speech, CancellationToken.None);
            return $"speech: {line!.Voice}, {line.Words.Count} words";
        default:
            var picture = await services.GetRequiredService<IImageRenderer>().RenderAsync(
                workspace, workspace.Input, MediaType.Jpeg, request, CancellationToken.None);
            var page = await services.GetRequiredService<PageReader>().ReadGreyAsync(workspace, workspace.Input, CancellationToken.None);
            var words = await services.GetRequiredService<TextRecognizer>()
                .ReadAsync(
                    workspace, [new TextPicture(page.Width, page.Height, page.Pixels)], TextLayout.EnglishBlock, CancellationToken.None);
            return $"picture: {picture.Width} x {picture.Height}, page: {page.Width} x {page.Height}, lettering: "
                + $"{string.Join(' ', words[0].Select(word => word.Text))}";
    }
}
