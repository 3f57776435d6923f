using MangaMotion.TestSupport;

namespace MangaMotion.Packages;

/// <summary>The Debian package of this clone, made once, and the same files as a newer version.</summary>
public sealed class BuiltPackage : IAsyncLifetime
{
    /// <summary>Name of the package of this clone in <see cref="Folder"/>.</summary>
    public const string Current = "current.deb";

    /// <summary>Name of the package with the newer version.</summary>
    public const string Newer = "newer.deb";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mangamotion-packages-");

    public string Folder => _folder.FullName;

    public async ValueTask InitializeAsync()
    {
        Environment.IsPrivilegedProcess.ShouldBeTrue("a machine of the tests is started by root");
        await Machine.RunAsync(Repository.PathOf("mangamotion"), "package", "debian", "--folder", Folder);
        var package = Directory.EnumerateFiles(Folder, "*.deb").Single();
        var current = Path.Combine(Folder, Current);
        File.Move(package, current);

        var files = Path.Combine(Folder, "files");
        await Machine.RunAsync("dpkg-deb", "--raw-extract", current, files);
        await Machine.RunAsync("sed", "-i", "s/^Version: .*/Version: 99.0.0/", Path.Combine(files, "DEBIAN/control"));
        await Machine.RunAsync("dpkg-deb", "--root-owner-group", "-Zgzip", "-z1", "--build", files, Path.Combine(Folder, Newer));
        Directory.Delete(files, recursive: true);
    }

    public ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }
}
