using System.CommandLine;
using MangaMotion.Cli.Local;

namespace MangaMotion.Cli.Setup;

/// <summary><c>setup</c>: installs everything that any command needs.</summary>
internal static class SetupCommand
{
    /// <summary>Groups of <c>deploy/debian-packages.txt</c>.</summary>
    public static readonly string[] SetupGroups = ["run", "s3", "test"];

    /// <summary>Group of packages that only <c>test --full</c> installs.</summary>
    public const string FullTestRun = "full";

    public static Command Create()
    {
        var command = new Command("setup", "Install the missing Debian packages.");
        command.SetAction(async (_, cancellationToken) =>
        {
            var progress = new ProgressLines();
            await Installation.EnsureAsync(Clone.Find(), SetupGroups, progress, cancellationToken);
            progress.Report("everything is installed");
        });
        return command;
    }
}
