using System.CommandLine;
using MangaMotion.Cli.Local;

namespace MangaMotion.Cli.Setup;

/// <summary>Command <c>setup</c>, which installs everything that any command needs.</summary>
internal static class SetupCommand
{
    public static readonly string[] Everything = ["run", "s3", "test"];

    /// <summary>Group of packages that only <c>test --full</c> installs.</summary>
    public const string FullTestRun = "full";

    public static Command Create()
    {
        var command = new Command("setup", "Install the Debian packages that are missing.");
        command.SetAction(async (_, cancellationToken) =>
        {
            var progress = new ProgressLines();
            await Installation.EnsureAsync(Clone.Find(), Everything, progress, cancellationToken);
            progress.Report("everything is installed");
        });
        return command;
    }
}
