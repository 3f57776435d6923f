using System.CommandLine;

namespace MangaMotion.Cli.Operating;

/// <summary><c>scaling</c>: shows how many workers of each kind the present load needs, and why.</summary>
internal static class ScalingCommand
{
    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("scaling", "Show how many workers of each kind the present load needs, and why.") { json };
        command.SetAction((parsed, cancellationToken) => ApiConnection.UseAsync(
            async client =>
            {
                var advice = await client.GetScalingAsync(cancellationToken);
                if (parsed.GetValue(json))
                {
                    OutputJson.Write(advice);
                    return 0;
                }

                var table = new ListTable("type", "workers", "needed", "reason");
                foreach (var type in advice.Types)
                    table.Add(type.Type, $"{type.Workers}", $"{type.WorkersNeeded}", type.Reason);
                table.Write();
                var limit = advice.Connections;
                Console.WriteLine(
                    $"Postgres allows {limit.Connections} connections: {limit.MaxProcesses} processes with up to {limit.PerProcess} each. "
                    + $"{limit.ProcessesNeeded} are needed.");
                if (limit.ProcessesNeeded > limit.MaxProcesses)
                {
                    Console.WriteLine(
                        "Raise max_connections, or lower Maximum Pool Size in ConnectionStrings__Postgres, before you add workers.");
                }

                return 0;
            },
            cancellationToken));
        return command;
    }
}
