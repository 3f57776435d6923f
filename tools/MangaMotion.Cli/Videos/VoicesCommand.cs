using System.CommandLine;
using MangaMotion.Api;
using MangaMotion.Cli.Operating;
using Spectre.Console;

namespace MangaMotion.Cli.Videos;

/// <summary><c>voices</c>: lists the voices that a video can name.</summary>
internal static class VoicesCommand
{
    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("voices", "List the voices that video --voice accepts.") { json };
        command.SetAction((parsed, cancellationToken) => ApiConnection.UseAsync(
            async client =>
            {
                var voices = await client.GetVoicesAsync(cancellationToken);
                if (parsed.GetValue(json))
                    OutputJson.Write(new VoiceList(voices));
                else
                    Show(voices);
                return 0;
            },
            cancellationToken));
        return command;
    }

    private static void Show(IReadOnlyList<Voice> voices)
    {
        var table = new ListTable("voice", "languages", "engine");
        foreach (var voice in voices)
            table.Add(Markup.Escape(voice.Name), string.Join(", ", voice.Languages), Markup.Escape(voice.Engine));
        table.Write();
    }
}
