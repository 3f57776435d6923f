namespace MangaMotion.Cli.Local;

/// <summary>
/// Files of a stack that are neither in the database nor in the store: its settings with the first API key, and the keys of the console's
/// sessions.
/// </summary>
internal static class StackKeys
{
    /// <summary>Copies the files into a folder.</summary>
    public static void CopyTo(Clone clone, string folder)
    {
        PrivateFile.CopyFolder(clone.ConsoleKeys, Path.Combine(folder, "console"));
        PrivateFile.Write(Path.Combine(folder, "stack.json"), File.ReadAllText(DeploymentSettings.FindFile(clone)));
    }

    /// <summary>
    /// Copies the files from a folder and marks the stack as being restored. It does not start before <see cref="FinishRestore"/>.
    /// </summary>
    /// <param name="backup">Id of the backup.</param>
    public static DeploymentSettings BeginRestore(Clone clone, string folder, Guid backup)
    {
        Directory.CreateDirectory(clone.Stack);
        File.WriteAllText(FindMarker(clone), backup.ToString());
        PrivateFile.CopyFolder(Path.Combine(folder, "console"), clone.ConsoleKeys);
        PrivateFile.Write(DeploymentSettings.FindFile(clone), File.ReadAllText(Path.Combine(folder, "stack.json")));
        return DeploymentSettings.LoadOrDefault(clone);
    }

    /// <summary>Whether an interrupted restore of this backup can be continued.</summary>
    public static bool IsRestoring(Clone clone, Guid backup) =>
        File.Exists(FindMarker(clone)) && File.ReadAllText(FindMarker(clone)) == backup.ToString();

    public static void FinishRestore(Clone clone) => File.Delete(FindMarker(clone));

    /// <exception cref="CommandException">A restore is not finished.</exception>
    public static void ThrowIfRestoring(Clone clone)
    {
        if (File.Exists(FindMarker(clone)))
        {
            throw new CommandException(
                $"A restore is not finished. Finish it by the same {CommandLine.Program} restore FOLDER, or remove its data with "
                + $"{CommandLine.Program} down --wipe.");
        }
    }

    private static string FindMarker(Clone clone) => Path.Combine(clone.Stack, "restoring");
}
