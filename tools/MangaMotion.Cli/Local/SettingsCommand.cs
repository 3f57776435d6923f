using System.CommandLine;
using System.Text.Json;
using Spectre.Console;

namespace MangaMotion.Cli.Local;

/// <summary><c>settings</c>: shows the settings of the local stack and where each value comes from.</summary>
internal static class SettingsCommand
{
    private const string FromDefault = "default";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static Command Create()
    {
        var all = new Option<bool>("--all") { Description = "Show settings that have their default as well." };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("settings", "Show the settings in force and where each value comes from. Secrets are hidden.")
        {
            all, json,
        };
        command.SetAction(parsed => Run(parsed.GetValue(all), parsed.GetValue(json)));
        return command;
    }

    private static int Run(bool all, bool json)
    {
        var clone = Clone.Find();
        var documented = SettingsPage.Read(clone);
        var deployment = Deployment.Find(clone);
        var settings = Read(deployment, documented, all);
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(new { settings }, Json));
            return 0;
        }

        if (deployment is not { IsRunning: true })
            AnsiConsole.WriteLine($"No stack is running. These are the settings that {CommandLine.Program} up would start with now.");
        var table = new ListTable("setting", "value", "from", "services");
        foreach (var setting in settings)
            table.Add(setting.Name, Markup.Escape(setting.Value), setting.From, string.Join(", ", setting.Services));
        table.Write();
        if (!all)
            AnsiConsole.WriteLine("All other settings have their default; --all lists them. docs/configuration.md describes each.");
        return 0;
    }

    private static IReadOnlyList<Setting> Read(Deployment? deployment, SettingsPage documented, bool all)
    {
        var set =
            from service in deployment?.Services ?? []
            from variable in service.ReadEnvironment()
            where documented.Contains(variable.Key)
            let value = SettingsPage.Show(variable.Key, variable.Value)
            let source = service.IsSetByStack(variable.Key) ? "the stack" : "environment of up"
            group service.Name by (variable.Key, value, source) into services
            select new Setting(services.Key.Key, services.Key.value, services.Key.source, [.. services]);
        var found = (deployment is null ? ReadShell(documented) : set).ToList();
        if (all)
        {
            var names = found.Select(setting => setting.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
            found.AddRange(documented.All.Where(setting => !names.Contains(setting.Name))
                .Select(setting => new Setting(setting.Name, setting.Default, FromDefault, [])));
        }

        return [.. found.OrderBy(setting => setting.Name, StringComparer.Ordinal)];
    }

    private static IEnumerable<Setting> ReadShell(SettingsPage documented) =>
        from System.Collections.DictionaryEntry variable in Environment.GetEnvironmentVariables()
        let name = (string)variable.Key
        where documented.Contains(name)
        select new Setting(name, SettingsPage.Show(name, (string)variable.Value!), "this shell", []);

    /// <param name="From">Source of the value.</param>
    /// <param name="Services">Services with this value; empty for all.</param>
    private sealed record Setting(string Name, string Value, string From, IReadOnlyList<string> Services);
}
