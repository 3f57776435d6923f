using MangaMotion.LocalStack.Processes;

namespace MangaMotion.LocalStack;

/// <summary>A private S3 server: Ceph's radosgw over a cluster of one monitor and one disk daemon, all on loopback.</summary>
public sealed class S3Server : LocalServer
{
    public const string AccessKey = "mangamotion";
    public const string SecretKey = "mangamotion-local-secret";

    private const string User = "ceph";
    private const string Programs = "/usr/bin";
    private static readonly string[] Needed = ["ceph-mon", "ceph-osd", "radosgw", "ceph"];

    private readonly LocalProcess _monitor;
    private readonly LocalProcess _disk;
    private readonly LocalProcess _gateway;
    private readonly bool _durable;

    internal S3Server(StackFolder folder, bool durable) : base("s3", folder)
    {
        _monitor = new LocalProcess(folder, "s3-monitor");
        _disk = new LocalProcess(folder, "s3-disk");
        _gateway = new LocalProcess(folder, Name);
        _durable = durable;
    }

    /// <summary>Where clients connect to, with path-style addressing.</summary>
    public Uri Endpoint => new($"http://127.0.0.1:{Port}");

    protected override IReadOnlyList<LocalProcess> Processes => [_monitor, _disk, _gateway];

    private string ConfigFile => Path.Combine(DataFolder, "ceph.conf");

    private string Keyring => Path.Combine(DataFolder, "keyring");

    private string MonitorMap => Path.Combine(DataFolder, "monmap");

    /// <summary>Exists once everything of the first start is done.</summary>
    private string Initialized => Path.Combine(DataFolder, "initialized");

    protected override async Task LaunchAsync(CancellationToken cancellationToken)
    {
        if (Needed.FirstOrDefault(x => !File.Exists(Path.Combine(Programs, x))) is { } missing)
            throw new LocalServerException($"The S3 server is not installed (no {Programs}/{missing}): run ./mangamotion setup, or install the Debian packages ceph-mon ceph-osd radosgw ceph-common.");

        Folder.Ports.Reserve(Name);
        Folder.Ports.Reserve("s3-monitor");
        if (File.Exists(Initialized))
            await StartAgainAsync(cancellationToken);
        else
            await StartFirstAsync(cancellationToken);
    }

    protected override async Task ProbeAsync(CancellationToken cancellationToken)
    {
        using var client = new HttpClient();
        using var response = await client.GetAsync(Endpoint, cancellationToken);
        response.EnsureSuccessStatusCode();
    }

    private async Task StartAgainAsync(CancellationToken cancellationToken)
    {
        // The monitor believes its map, not its configuration, and its port may be another than last time.
        var clusterId = await File.ReadAllTextAsync(Initialized, cancellationToken);
        await PrepareAsync(clusterId, cancellationToken);
        await RunAsync("ceph-mon", ["-c", ConfigFile, "-i", "a", "--inject-monmap", MonitorMap], cancellationToken);
        Start(_monitor, "ceph-mon", "-i", "a");
        Start(_disk, "ceph-osd", "-i", "0");
        Start(_gateway, "radosgw", "-n", "client.rgw");
    }

    private async Task StartFirstAsync(CancellationToken cancellationToken)
    {
        // What an interrupted first start left is of no use.
        if (Directory.Exists(DataFolder))
            Directory.Delete(DataFolder, recursive: true);
        foreach (var folder in (string[])["", "mon", "osd", "rgw", "run"])
            await ServerUser.MakeFolderAsync(Path.Combine(DataFolder, folder), User, cancellationToken);

        var (clusterId, diskId) = (Guid.NewGuid().ToString(), Guid.NewGuid().ToString());
        await MakeKeysAsync(cancellationToken);
        await PrepareAsync(clusterId, cancellationToken);
        await RunAsync("ceph-mon", ["-c", ConfigFile, "-i", "a", "--mkfs", "--monmap", MonitorMap, "--keyring", Keyring], cancellationToken);
        Start(_monitor, "ceph-mon", "-i", "a");
        await RunAsync("ceph-osd", ["-c", ConfigFile, "-i", "0", "--mkfs", "--no-mon-config", "--osd-uuid", diskId], cancellationToken);
        await RunAsync("ceph", ["-c", ConfigFile, "--connect-timeout", "60", "osd", "new", diskId], cancellationToken);
        Start(_disk, "ceph-osd", "-i", "0");
        await RunAsync(
            "radosgw-admin",
            ["-c", ConfigFile, "-n", "client.rgw", "user", "create", "--uid=mangamotion", "--display-name=MangaMotion", $"--access-key={AccessKey}", $"--secret-key={SecretKey}"],
            cancellationToken);
        Start(_gateway, "radosgw", "-n", "client.rgw");
        await File.WriteAllTextAsync(Initialized, clusterId, cancellationToken);
    }

    private async Task MakeKeysAsync(CancellationToken cancellationToken)
    {
        (string Name, string[] Rights)[] keys =
        [
            ("mon.", ["--cap", "mon", "allow *"]),
            ("client.admin", ["--cap", "mon", "allow *", "--cap", "osd", "allow *"]),
            ("osd.0", ["--cap", "mon", "allow profile osd", "--cap", "osd", "allow *"]),
            ("client.rgw", ["--cap", "mon", "allow rw", "--cap", "osd", "allow rwx"]),
        ];
        await RunAsync("ceph-authtool", [Keyring, "--create-keyring"], cancellationToken);
        foreach (var (name, rights) in keys)
            await RunAsync("ceph-authtool", [Keyring, "--gen-key", "-n", name, .. rights], cancellationToken);
    }

    private async Task PrepareAsync(string clusterId, CancellationToken cancellationToken)
    {
        await File.WriteAllTextAsync(ConfigFile, Configuration(clusterId), cancellationToken);
        await RunAsync(
            "monmaptool",
            ["--create", "--clobber", "--fsid", clusterId, "--addv", "a", $"[v2:127.0.0.1:{PortOf("s3-monitor")}]", MonitorMap],
            cancellationToken);
    }

    private void Start(LocalProcess process, string program, params string[] name) => process.Start(new ProcessLaunch
    {
        FileName = Path.Combine(Programs, program),
        Arguments = ["-c", ConfigFile, .. name, "-f"],
        Environment = new Dictionary<string, string> { ["LANG"] = "C.UTF-8", ["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin" },
        WorkingDirectory = DataFolder,
        User = User,
    });

    private static Task RunAsync(string program, string[] arguments, CancellationToken cancellationToken) =>
        ServerUser.RunAsync(Path.Combine(Programs, program), arguments, User, cancellationToken);

    /// <summary>Few placement groups, quick elections and early collection of deleted data: a cluster of one that starts in seconds.</summary>
    private string Configuration(string clusterId) => $"""
        [global]
        fsid = {clusterId}
        mon_host = v2:127.0.0.1:{PortOf("s3-monitor")}
        public_addr = 127.0.0.1
        cluster_addr = 127.0.0.1
        ms_bind_msgr1 = false
        # The disk daemon takes the first free ones, above those of the port book and below the kernel's ephemeral ones.
        ms_bind_port_min = 32000
        ms_bind_port_max = 32767
        keyring = {Keyring}
        run_dir = {DataFolder}/run
        crash_dir = {DataFolder}/run
        admin_socket =
        pid_file =
        log_to_file = false
        log_to_stderr = false
        err_to_stderr = true
        osd_pool_default_size = 1
        osd_pool_default_min_size = 1
        osd_pool_default_pg_num = 4
        osd_pool_default_pg_autoscale_mode = off
        osd_crush_chooseleaf_type = 0
        [mon]
        mon_data = {DataFolder}/mon
        mon_allow_pool_size_one = true
        mon_data_avail_crit = 1
        mon_data_avail_warn = 2
        auth_allow_insecure_global_id_reclaim = false
        paxos_propose_interval = 0.05
        paxos_min_wait = 0.01
        [osd]
        osd_data = {DataFolder}/osd
        osd_objectstore = {(_durable ? "bluestore" : "memstore")}
        bluestore_block_size = {64L << 30}
        memstore_device_bytes = {4L << 30}
        osd_memory_target = {896L << 20}
        [client.rgw]
        rgw_data = {DataFolder}/rgw
        rgw_frontends = beast endpoint=127.0.0.1:{Port} tcp_nodelay=1
        rgw_rados_pool_pg_num_min = 4
        rgw_thread_pool_size = 64
        rgw_override_bucket_index_max_shards = 1
        rgw_dynamic_resharding = false
        rgw_gc_obj_min_wait = 60
        rgw_gc_processor_period = 60
        rgw_gc_processor_max_time = 60

        """;
}
