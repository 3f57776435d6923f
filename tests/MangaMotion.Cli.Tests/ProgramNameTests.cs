using System.Text.RegularExpressions;
using MangaMotion.Cli.Local;

namespace MangaMotion.Cli.Tests;

/// <summary>Messages name the program as people call it: <c>./mangamotion</c> in a clone, <c>mangamotion</c> if it is installed.</summary>
public sealed partial class ProgramNameTests : IDisposable
{
    private static readonly string Build = Path.Combine(
        AppContext.BaseDirectory, "../../MangaMotion.Cli", Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)));

    private readonly string _folder = Directory.CreateTempSubdirectory("mangamotion-test-").FullName;

    [Theory]
    [InlineData(
        "ID: 'nope' is not an id; mangamotion keys list lists the ids. See mangamotion keys revoke --help.", "keys", "revoke", "nope")]
    [InlineData("(Connection refused (127.0.0.1:1)). Start it with systemctl start mangamotion.target, or set ", "failed")]
    public async Task An_installed_program_names_the_installed_command(string message, params string[] arguments)
    {
        foreach (var file in Directory.EnumerateFiles(Build))
            File.Copy(file, Path.Combine(_folder, Path.GetFileName(file)));
        var api = new Dictionary<string, string> { ["MANGAMOTION_URL"] = "http://127.0.0.1:1", ["MANGAMOTION_API_KEY"] = "none" };

        var (_, output) = await Tool.CaptureAsync(
            "dotnet", [Path.Combine(_folder, "mangamotion.dll"), .. arguments], _folder, CancellationToken.None, api);

        output.ShouldContain(message);
        output.ShouldNotContain("./mangamotion");
    }

    [Fact]
    public void Only_one_file_of_the_program_knows_its_name() =>
        (from file in Directory.EnumerateFiles(Clone.Find()["tools/MangaMotion.Cli"], "*.cs", SearchOption.AllDirectories)
         where Path.GetFileName(file) != "CommandLine.cs" && !file.Contains("/obj/", StringComparison.Ordinal)
         where File.ReadLines(file).Any(line => Literal().IsMatch(line))
         select file).ShouldBeEmpty("Write {CommandLine.Program} instead of ./mangamotion.");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>A literal with the name, in a line that is no comment.</summary>
    [GeneratedRegex("^(?!\\s*//).*\"[^\"]*\\./mangamotion", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Literal();
}
