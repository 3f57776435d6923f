using MangaMotion.Acceptance;
using MangaMotion.TestSupport;

namespace MangaMotion.Packages;

/// <summary>What the Debian package promises on a fresh machine.</summary>
public sealed class InstalledTests(BuiltPackage package)
{
    private const int BatchSize = 150;

    private const string Batch = "mangamotion ingest /srv/batch/*.jpg";

    private static readonly TimeSpan ChangeTimeout = TimeSpan.FromMinutes(3);

    private static readonly string[] Units =
    [
        "mangamotion-ingest", "mangamotion-console", "mangamotion-thumbnail@1", "mangamotion-thumbnail@2", "mangamotion-records@1",
        "mangamotion-video@1",
    ];

    [Theory]
    [InlineData("bookworm")]
    [InlineData("trixie")]
    public async Task A_machine_is_set_up_works_survives_and_is_cleaned(string release)
    {
        await using var machine = await Machine.CreateAsync(release, package);
        WriteFiles(machine);

        // Set up: two commands, then the main jobs of every medium.
        (await machine.ShellAsync("mangamotion-setup")).ShouldContain("systemctl enable --now mangamotion.target");
        await machine.ShellAsync("systemctl enable --now mangamotion.target");
        await machine.ShellAsync("systemctl enable --now mangamotion-thumbnail@2");
        (await machine.StatesAsync(Units)).ShouldBe(string.Join(' ', Units.Select(_ => "active")));
        await machine.ShellAsync("mangamotion ingest /srv/media/*");
        await machine.ShellAsync("cd /srv && mangamotion video pages/*.png -o film.mp4 --size 320x180");
        (await machine.ShellAsync("head -c 8 /srv/film.mp4 | tail -c 4")).ShouldBe("ftyp");
        (await machine.ShellAsync("mangamotion-setup")).ShouldContain("nothing was changed");

        // A killed worker is started again, and nothing is lost.
        await DuringABatchAsync(machine, () => machine.ShellAsync("systemctl kill --signal=KILL mangamotion-thumbnail@1"));
        await UntilActiveAsync(machine);
        (await machine.ShellAsync("systemctl show -p NRestarts --value mangamotion-thumbnail@1")).Trim().ShouldBe("1");

        // A newer version, and back, while files are processed.
        await DuringABatchAsync(machine, () => machine.ShellAsync($"dpkg --install {Machine.PathOf(BuiltPackage.Newer)}"));
        await UntilActiveAsync(machine);
        (await machine.ShellAsync("dpkg-query -W -f '${Version}' mangamotion")).ShouldBe("99.0.0");
        await DuringABatchAsync(machine, () => machine.ShellAsync($"dpkg --install {Machine.PathOf(BuiltPackage.Current)}"));
        await UntilActiveAsync(machine);

        // After a restart of the machine everything runs again, with what was stored.
        var stored = await CountStoredAsync(machine);
        await machine.RestartAsync();
        await UntilActiveAsync(machine);
        await machine.ShellAsync("mangamotion ingest /srv/media/*");
        (await CountStoredAsync(machine)).ShouldBeGreaterThanOrEqualTo(stored);

        // Purged: no unit and no setting remains; what people stored does.
        (await machine.ShellAsync("dpkg --purge mangamotion")).ShouldContain("/var/lib/mangamotion/store");
        (await machine.ShellAsync("systemctl list-units --all --plain --no-legend 'mangamotion*'")).Trim().ShouldBeEmpty();
        (await machine.TryShellAsync("ls /etc/mangamotion /usr/lib/mangamotion")).ExitCode.ShouldNotBe(0);
        (await CountStoredAsync(machine)).ShouldBeGreaterThanOrEqualTo(stored);
    }

    private static void WriteFiles(Machine machine)
    {
        for (var number = 1; number <= BatchSize; number++)
            machine.Write($"srv/batch/{number}.jpg", Samples.Jpeg);
        machine.Write("srv/media/photo.jpg", Samples.Jpeg);
        machine.Write("srv/media/book.pdf", Samples.Pdf());
        machine.Write("srv/media/clip.mkv", Samples.Matroska());
        machine.Write("srv/media/tone.flac", Samples.Flac());
        machine.Write("srv/pages/1.png", Samples.Page);
        machine.Write("srv/pages/2.png", Samples.Page);
    }

    /// <summary>Changes the machine while files are processed; every file must be done.</summary>
    private static async Task DuringABatchAsync(Machine machine, Func<Task> change)
    {
        var before = await CountStoredAsync(machine);
        var batch = machine.TryShellAsync(Batch);
        await Eventually.Until(
            async () => batch.IsCompleted || await CountStoredAsync(machine) > before + BatchSize + 20,
            ChangeTimeout,
            "files are processed");

        await change();

        var (exitCode, output) = await batch;
        exitCode.ShouldBe(0, output);
        output.ShouldContain($"{BatchSize} done");
    }

    private static Task UntilActiveAsync(Machine machine) => Eventually.Until(
        async () => await machine.StatesAsync(Units) == string.Join(' ', Units.Select(_ => "active")),
        ChangeTimeout,
        "all units are active");

    private static async Task<int> CountStoredAsync(Machine machine) =>
        int.Parse(
            await machine.ShellAsync("find /var/lib/mangamotion/store -type f | wc -l"), System.Globalization.CultureInfo.InvariantCulture);
}
