using MangaMotion.Cli.Local;

namespace MangaMotion.Cli.Backups;

/// <summary>
/// Files of an installation that the environment describes, and that are neither in the database nor in the store: the keys of the
/// console's sessions, and the settings of the Debian package.
/// </summary>
internal static class InstallationKeys
{
    private const string ConsoleKeysSetting = "Console__DataProtection__Directory";

    /// <summary>Folder with the settings of the services, set by the command of the Debian package.</summary>
    private const string SettingsFolder = "MANGAMOTION_SETTINGS";

    /// <summary>Copies the files into a folder.</summary>
    public static void CopyTo(string folder)
    {
        if (Find(ConsoleKeysSetting) is { } console)
            PrivateFile.CopyFolder(console, Path.Combine(folder, "console"));
        if (Find(SettingsFolder) is { } settings)
            PrivateFile.CopyFolder(settings, Path.Combine(folder, "settings"));
    }

    /// <summary>
    /// Copies the keys of the console back. The settings stay as they are on this machine, because they have the addresses and passwords of
    /// its servers.
    /// </summary>
    /// <returns>Folder with the settings of the backup; null if it has none.</returns>
    public static string? Restore(string folder)
    {
        var console = Path.Combine(folder, "console");
        if (Find(ConsoleKeysSetting) is { } target && Directory.Exists(console))
            PrivateFile.CopyFolder(console, target);
        var settings = Path.Combine(folder, "settings");
        return Directory.Exists(settings) ? settings : null;
    }

    private static string? Find(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } folder ? folder : null;
}
