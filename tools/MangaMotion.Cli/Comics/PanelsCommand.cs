using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using MangaMotion.Api;
using MangaMotion.Comics.Panels;
using MangaMotion.Film;
using MangaMotion.Film.Pages;
using MangaMotion.Media;
using MangaMotion.Media.Pages;
using MangaMotion.Media.Workspaces;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace MangaMotion.Cli.Comics;

/// <summary><c>panels</c>: finds the panels of page images in reading order, without a server.</summary>
internal static class PanelsCommand
{
    /// <summary>JSON format that does not escape file names in other scripts.</summary>
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static Command Create()
    {
        var files = Arguments.CreateFiles("Page images: JPEG, PNG, WebP, GIF, TIFF, HEIC or AVIF.");
        var direction = new Option<string>("--direction")
        {
            Description = "Reading direction: rtl or ltr.",
            DefaultValueFactory = _ => ReadingDirections.RightToLeft,
        }.Only(ReadingDirections.RightToLeft, ReadingDirections.LeftToRight);
        var json = new Option<bool>("--json") { Description = "Print one line of JSON a page." };
        var command = new Command("panels", "Find the panels of page images, in reading order. Exits with 1 if a file cannot be read.")
        {
            files, direction, json,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            parsed.GetValue(files)!,
            parsed.GetValue(direction) == ReadingDirections.LeftToRight ? ReadingDirection.LeftToRight : ReadingDirection.RightToLeft,
            parsed.GetValue(json),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(string[] files, ReadingDirection direction, bool json, CancellationToken cancellationToken)
    {
        await using var services = new ServiceCollection()
            .AddLogging()
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddEnvironmentVariables().Build())
            .AddMedia()
            .AddFilm()
            .BuildServiceProvider();
        var images = services.GetRequiredService<PageImages>();
        var reader = services.GetRequiredService<PageReader>();
        var failed = false;
        // A media host decodes the next page while this process searches the current one.
        var next = ReadAsync(files[0]);
        for (var i = 0; i < files.Length; i++)
        {
            var (file, reading) = (files[i], next);
            try
            {
                await ((Task)reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                next = i + 1 < files.Length ? ReadAsync(files[i + 1]) : reading;
                var page = await reading;
                Print(file, PanelDetector.Detect(page.Pixels, page.Width, page.Height, page.Width, direction), json);
            }
            catch (MediaException exception)
            {
                failed = true;
                await Console.Error.WriteLineAsync($"{file}: {(exception.Permanent ? exception.OwnerMessage : exception.Message)}");
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                failed = true;
                await Console.Error.WriteLineAsync($"{file}: {exception.Message}");
            }
        }

        return failed ? 1 : 0;

        async Task<GreyPage> ReadAsync(string file)
        {
            await using var workspace = services.GetRequiredService<WorkspaceRoot>().Create();
            File.Copy(file, workspace.Input);
            var page = await images.AcceptAsync(workspace, workspace.Input, cancellationToken);
            return await reader.ReadGreyAsync(workspace, page.Path, cancellationToken);
        }
    }

    private static void Print(string file, PageLayout layout, bool json)
    {
        if (json)
        {
            var panels = layout.Panels.Select(panel => new { panel.X, panel.Y, W = panel.Width, H = panel.Height, panel.Confidence });
            Console.WriteLine(JsonSerializer.Serialize(new { file, layout.Width, layout.Height, layout.Confidence, panels }, Json));
            return;
        }

        Console.WriteLine($"{file}: {layout.Width}x{layout.Height}, {layout.Panels.Count} panels, confidence {layout.Confidence:0.00}");
        foreach (var panel in layout.Panels)
            Console.WriteLine($"  {panel.Width}x{panel.Height} at {panel.X},{panel.Y}  {panel.Confidence:0.00}");
    }
}
