using MangaMotion.TestSupport;

namespace MangaMotion.Packages;

/// <summary>The packages of this clone, and the Debian package of the commit before, made once.</summary>
public sealed class BuiltPackage : IAsyncLifetime
{
    /// <summary>Name of the package of this clone in <see cref="Folder"/>.</summary>
    public const string Current = "current.deb";

    /// <summary>Name of the package of the commit before <c>HEAD</c>.</summary>
    public const string Previous = "previous.deb";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mangamotion-packages-");

    public string Folder => _folder.FullName;

    /// <summary>Folder with everything that <c>./mangamotion package</c> makes of this clone.</summary>
    public string Published => Path.Combine(Folder, "published");

    public async ValueTask InitializeAsync()
    {
        Environment.IsPrivilegedProcess.ShouldBeTrue("a machine of the tests is started by root");
        await MakeAsync(Repository.PathOf(""), Published, Current);

        // A clone of its own leaves nothing in this one.
        var previous = Path.Combine(Folder, "clone");
        await Machine.RunAsync("git", "clone", "--quiet", "--shared", "--no-checkout", Repository.PathOf(""), previous);
        await Machine.RunAsync("git", "-C", previous, "checkout", "--quiet", "--detach", "HEAD~1");
        await Machine.RunAsync(Path.Combine(previous, "mangamotion"), "setup");
        var files = Path.Combine(Folder, "files");
        await MakeAsync(previous, files, Previous, "debian");
        Directory.Delete(previous, recursive: true);
        Directory.Delete(files, recursive: true);
    }

    public ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    private async Task MakeAsync(string clone, string files, string name, params string[] kinds)
    {
        await Machine.RunAsync(Path.Combine(clone, "mangamotion"), ["package", .. kinds, "--folder", files]);
        File.Copy(Directory.EnumerateFiles(files, "*.deb").Single(), Path.Combine(Folder, name));
    }
}
