using System.Globalization;
using MangaMotion.Acceptance;
using MangaMotion.TestSupport;

namespace MangaMotion.Packages;

/// <summary>What the Debian package promises on a fresh machine.</summary>
public sealed class InstalledTests(BuiltPackage package)
{
    private const int BatchSize = 150;

    private const string Batch = "mangamotion ingest /srv/batch/*.jpg";

    private const string BackupFolder = "/srv/backups/first";

    private const string Unfinished = "select count(*) from jobs where status in ('UPLOADED', 'PROCESSING')";

    private static readonly TimeSpan ChangeTimeout = TimeSpan.FromMinutes(3);

    private static readonly TimeSpan WorkTimeout = TimeSpan.FromMinutes(10);

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

        // The version of the commit before: two commands, then a file of every medium and a video.
        await SetUpAsync(machine);
        await MakeEverythingAsync(machine);
        (await machine.ShellAsync("mangamotion-setup")).ShouldContain("nothing was changed");

        // This version, back, and this version again, while files are processed.
        var previous = await ReadVersionAsync(machine);
        await DuringABatchAsync(machine, () => machine.ShellAsync($"dpkg --install {Machine.PathOf(BuiltPackage.Current)}"));
        await UntilActiveAsync(machine);
        (await ReadVersionAsync(machine)).ShouldNotBe(previous);
        await DuringABatchAsync(machine, () => machine.ShellAsync($"dpkg --install {Machine.PathOf(BuiltPackage.Previous)}"));
        await UntilActiveAsync(machine);
        (await ReadVersionAsync(machine)).ShouldBe(previous);
        await DuringABatchAsync(machine, () => machine.ShellAsync($"dpkg --install {Machine.PathOf(BuiltPackage.Current)}"));
        await UntilActiveAsync(machine);

        // The hardening of the units leaves the strongest sandbox to the services that open files.
        foreach (var unit in (string[])["mangamotion-thumbnail@2", "mangamotion-video@1"])
        {
            (await machine.ShellAsync($"journalctl -u {unit} -o cat | grep '^Sandbox:' | tail -n 1")).ShouldContain(
                "run in the sandbox bubblewrap");
        }

        // A killed worker is started again, and nothing is lost. A worker with a wrong number is not.
        var restarts = await CountRestartsAsync(machine);
        await DuringABatchAsync(machine, () => machine.ShellAsync("systemctl kill --signal=KILL mangamotion-thumbnail@1"));
        await UntilActiveAsync(machine);
        (await CountRestartsAsync(machine)).ShouldBe(restarts + 1);
        (await machine.TryShellAsync("systemctl start mangamotion-thumbnail@100")).ExitCode.ShouldNotBe(0);
        (await machine.StatesAsync("mangamotion-thumbnail@100")).ShouldBe("failed");
        (await machine.ShellAsync("journalctl -u mangamotion-thumbnail@100")).ShouldContain("'100' is not the number of a worker");
        await machine.ShellAsync("systemctl reset-failed mangamotion-thumbnail@100");

        // After a restart of the machine everything runs again, with what was stored.
        var stored = await CountStoredAsync(machine);
        await machine.RestartAsync();
        await UntilActiveAsync(machine);
        await MakeEverythingAsync(machine);
        (await CountStoredAsync(machine)).ShouldBeGreaterThanOrEqualTo(stored);

        await BackUpInABatchAsync(machine);
        stored = await CountStoredAsync(machine);
        await PurgeAsync(machine);
        (await CountStoredAsync(machine)).ShouldBeGreaterThanOrEqualTo(stored);
        await WipeAsync(machine);
        await RestoreAsync(machine);
        await MakeEverythingAsync(machine);

        await RunUnderSupervisorAsync(machine);
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

    private static async Task SetUpAsync(Machine machine)
    {
        (await machine.ShellAsync("mangamotion-setup")).ShouldContain("systemctl enable --now mangamotion.target");
        await StartAsync(machine);
    }

    private static async Task StartAsync(Machine machine)
    {
        await machine.ShellAsync("systemctl enable --now mangamotion.target mangamotion-thumbnail@2");
        await UntilActiveAsync(machine);
    }

    private static async Task MakeEverythingAsync(Machine machine)
    {
        await machine.ShellAsync("mangamotion ingest /srv/media/*");
        await machine.ShellAsync("cd /srv && rm -f film.mp4 && mangamotion video pages/*.png -o film.mp4 --size 320x180");
        (await machine.ShellAsync("head -c 8 /srv/film.mp4 | tail -c 4")).ShouldBe("ftyp");
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

    /// <summary>Backs up as root while jobs wait and others have lost their worker. The units of the workers stay dead.</summary>
    private static async Task BackUpInABatchAsync(Machine machine)
    {
        await machine.ShellAsync(
            """
            mkdir -p /run/systemd/system/mangamotion-thumbnail@.service.d
            printf '[Service]\nRestart=no\n' >/run/systemd/system/mangamotion-thumbnail@.service.d/dead.conf
            systemctl daemon-reload
            """);
        var before = await CountStoredAsync(machine);
        await machine.ShellAsync($"systemd-run --unit=batch sh -c '{Batch}'");
        await Eventually.Until(
            async () => await CountStoredAsync(machine) > before + BatchSize + 20, ChangeTimeout, "files of the batch are processed");
        await machine.ShellAsync("systemctl kill --signal=KILL mangamotion-thumbnail@1 mangamotion-thumbnail@2");
        var waiting = await QueryAsync(machine, Unfinished);
        await machine.ShellAsync("systemd-run --unit=late mangamotion ingest /srv/media/photo.jpg");
        await Eventually.Until(async () => await QueryAsync(machine, Unfinished) > waiting, ChangeTimeout, "another file is accepted");

        (await machine.ShellAsync($"mangamotion backup {BackupFolder}")).ShouldContain("backup finished");

        await machine.ShellAsync("systemctl stop batch late");
        var refused = await machine.TryShellAsync("runuser -u daemon -- mangamotion backup /tmp/backup");
        refused.ExitCode.ShouldBe(1);
        refused.Output.ShouldContain("run it as root, after mangamotion-setup");
    }

    /// <summary>Purges the package: no unit and no setting remains; what people stored does.</summary>
    private static async Task PurgeAsync(Machine machine)
    {
        (await machine.ShellAsync("dpkg --purge mangamotion")).ShouldContain("/var/lib/mangamotion/store");
        await machine.ShellAsync("systemctl reset-failed");
        (await machine.ShellAsync("systemctl list-units --all --plain --no-legend 'mangamotion*'")).Trim().ShouldBeEmpty();
        (await machine.TryShellAsync("ls /etc/mangamotion /usr/lib/mangamotion")).ExitCode.ShouldNotBe(0);
    }

    /// <summary>Removes database, objects and the broker's data, as on a new machine.</summary>
    private static async Task WipeAsync(Machine machine) => await machine.ShellAsync(
        """
        set -e
        rm -r /var/lib/mangamotion /run/systemd/system/mangamotion-thumbnail@.service.d
        runuser -u postgres -- dropdb --force mangamotion
        runuser -u postgres -- dropuser mangamotion
        rabbitmqctl --quiet stop_app
        rabbitmqctl --quiet reset
        rabbitmqctl --quiet start_app
        """);

    /// <summary>Installs this version afresh, restores, and compares every object with its hash of the backup.</summary>
    private static async Task RestoreAsync(Machine machine)
    {
        await machine.ShellAsync($"dpkg --install {Machine.PathOf(BuiltPackage.Current)}");
        await machine.ShellAsync("mangamotion-setup");
        var restored = await machine.ShellAsync($"mangamotion restore {BackupFolder}");
        restored.ShouldContain($"those of the backup are in {BackupFolder}/keys/settings");
        await machine.ShellAsync($"grep -q '^MANGAMOTION_API_KEY=' {BackupFolder}/keys/settings/mangamotion.env");
        var accepted = await QueryAsync(machine, "select count(*) from jobs");
        (await QueryAsync(machine, Unfinished)).ShouldBeGreaterThan(0);
        var again = await machine.TryShellAsync($"mangamotion restore {BackupFolder}");
        again.ExitCode.ShouldBe(1);
        again.Output.ShouldContain("The database is not empty");

        await StartAsync(machine);
        await Eventually.Until(async () => await QueryAsync(machine, Unfinished) == 0, WorkTimeout, "every accepted job has ended");
        (await QueryAsync(machine, "select count(*) from jobs where status = 'DONE'")).ShouldBe(accepted);

        // The service account can back up as well, if the folder is its own.
        await machine.ShellAsync("install -d -o mangamotion /srv/own");
        (await machine.ShellAsync("runuser -u mangamotion -- mangamotion backup /srv/own/second")).ShouldNotContain("missing in the store");
        (await machine.ShellAsync("mangamotion restore --check /srv/own/second")).ShouldContain("complete and undamaged");
        (await machine.ShellAsync($"grep -vxFf /srv/own/second/objects.tsv {BackupFolder}/objects.tsv || true")).ShouldBeEmpty();
        (await machine.ShellAsync("find /var/lib/mangamotion ! -user mangamotion")).ShouldBeEmpty();
    }

    /// <summary>Runs the services under supervisor instead of systemd's units, by the example of the package.</summary>
    private static async Task RunUnderSupervisorAsync(Machine machine)
    {
        await machine.ShellAsync("systemctl disable --now mangamotion.target mangamotion-thumbnail@2 && systemctl stop 'mangamotion-*'");
        await machine.ShellAsync(
            """
            set -e
            sed '/^\[program:thumbnail\]/,/^$/s/^numprocs=1/numprocs=2/' /usr/share/doc/mangamotion/examples/supervisor.conf \
              >/etc/supervisor/conf.d/mangamotion.conf
            systemctl start supervisor
            supervisorctl update
            """);
        await UntilSupervisedAsync(machine);
        await Eventually.Until(
            async () => (await machine.TryShellAsync("mangamotion ingest /srv/media/*")).ExitCode == 0, ChangeTimeout, "the API answers");
        await MakeEverythingAsync(machine);

        await DuringABatchAsync(machine, () => machine.ShellAsync("kill -9 $(supervisorctl pid mangamotion:thumbnail_1)"));
        await UntilSupervisedAsync(machine);

        // All end by themselves, in time.
        await machine.ShellAsync("supervisorctl stop mangamotion:*");
        var log = await machine.ShellAsync("cat /var/log/supervisor/supervisord.log");
        log.ShouldContain("stopped: thumbnail_2 (exit status 0)");
        log.ShouldContain("stopped: video_1 (exit status 0)");
        log.ShouldContain("stopped: ingest (exit status 0)");
        await machine.ShellAsync("dpkg --purge mangamotion");
    }

    private static Task UntilActiveAsync(Machine machine) => Eventually.Until(
        async () => await machine.StatesAsync(Units) == string.Join(' ', Units.Select(_ => "active")),
        ChangeTimeout,
        "all units are active");

    private static Task UntilSupervisedAsync(Machine machine) => Eventually.Until(
        async () => (await machine.TryShellAsync("supervisorctl status")).Output.Split('\n').Count(line => line.Contains(" RUNNING "))
            == Units.Length,
        ChangeTimeout,
        "supervisor runs all processes");

    private static Task<string> ReadVersionAsync(Machine machine) => machine.ShellAsync("dpkg-query -W -f '${Version}' mangamotion");

    private static async Task<int> CountRestartsAsync(Machine machine) => Parse(
        await machine.ShellAsync("systemctl show -p NRestarts --value mangamotion-thumbnail@1"));

    private static async Task<int> CountStoredAsync(Machine machine) =>
        Parse(await machine.ShellAsync("find /var/lib/mangamotion/store -type f | wc -l"));

    private static async Task<int> QueryAsync(Machine machine, string sql) =>
        Parse(await machine.ShellAsync($"runuser -u postgres -- psql -qAt mangamotion -c \"{sql}\""));

    private static int Parse(string output) => int.Parse(output, CultureInfo.InvariantCulture);
}
