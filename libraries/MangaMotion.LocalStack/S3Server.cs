using MangaMotion.LocalStack.Processes;

namespace MangaMotion.LocalStack;

/// <summary>Private S3 server: Ceph's radosgw with one monitor and one disk daemon, all on loopback.</summary>
public sealed class S3Server : LocalServer
{
    public const string AccessKey = "mangamotion";
    public const string SecretKey = "mangamotion-local-secret";

    private const string User = "ceph";
    private const string Programs = "/usr/bin";
    private static readonly string[] RequiredPrograms = ["ceph-mon", "ceph-osd", "radosgw", "ceph"];

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

    /// <summary>Address for clients, with path-style addressing.</summary>
    public Uri Endpoint => new($"http://127.0.0.1:{Port}");

    protected override IReadOnlyList<LocalProcess> Processes => [_monitor, _disk, _gateway];

    private string ConfigFile => Path.Combine(DataFolder, "ceph.conf");

    private string Keyring => Path.Combine(DataFolder, "keyring");

    private string MonitorMap => Path.Combine(DataFolder, "monmap");

    /// <summary>File with the cluster id. It exists after a complete first start.</summary>
    private string InitializedFile => Path.Combine(DataFolder, "initialized");

    protected override async Task LaunchAsync(CancellationToken cancellationToken)
    {
        if (RequiredPrograms.FirstOrDefault(x => !File.Exists(Path.Combine(Programs, x))) is { } missing)
        {
            throw new LocalServerException(
                $"The S3 server is not installed (no {Programs}/{missing}). Run ./mangamotion setup, or install the packages "
                + "ceph-mon ceph-osd radosgw ceph-common.");
        }

        Folder.Ports.Reserve(Name);
        Folder.Ports.Reserve("s3-monitor");
        if (File.Exists(InitializedFile))
            await RestartClusterAsync(cancellationToken);
        else
            await CreateClusterAsync(cancellationToken);
    }

    protected override async Task ProbeAsync(CancellationToken cancellationToken)
    {
        using var client = new HttpClient();
        using var response = await client.GetAsync(Endpoint, cancellationToken);
        response.EnsureSuccessStatusCode();
    }

    private async Task RestartClusterAsync(CancellationToken cancellationToken)
    {
        // The monitor uses the address in its map, not in its configuration, and its port may have changed.
        var clusterId = await File.ReadAllTextAsync(InitializedFile, cancellationToken);
        await WriteConfigurationAsync(clusterId, cancellationToken);
        await RunAsync("ceph-mon", ["-c", ConfigFile, "-i", "a", "--inject-monmap", MonitorMap], cancellationToken);
        StartProcess(_monitor, "ceph-mon", "-i", "a");
        StartProcess(_disk, "ceph-osd", "-i", "0");
        StartProcess(_gateway, "radosgw", "-n", "client.rgw");
    }

    private async Task CreateClusterAsync(CancellationToken cancellationToken)
    {
        // An interrupted first start leaves an unusable cluster.
        if (Directory.Exists(DataFolder))
            Directory.Delete(DataFolder, recursive: true);
        foreach (var folder in (string[])["", "mon", "osd", "rgw", "run"])
            await ServerUser.CreateFolderAsync(Path.Combine(DataFolder, folder), User, cancellationToken);

        var (clusterId, diskId) = (Guid.NewGuid().ToString(), Guid.NewGuid().ToString());
        await CreateKeysAsync(cancellationToken);
        await WriteConfigurationAsync(clusterId, cancellationToken);
        await RunAsync("ceph-mon", ["-c", ConfigFile, "-i", "a", "--mkfs", "--monmap", MonitorMap, "--keyring", Keyring],
            cancellationToken);
        StartProcess(_monitor, "ceph-mon", "-i", "a");
        await RunAsync("ceph-osd", ["-c", ConfigFile, "-i", "0", "--mkfs", "--no-mon-config", "--osd-uuid", diskId], cancellationToken);
        await RunAsync("ceph", ["-c", ConfigFile, "--connect-timeout", "60", "osd", "new", diskId], cancellationToken);
        StartProcess(_disk, "ceph-osd", "-i", "0");
        await RunAsync(
            "radosgw-admin",
            [
                "-c", ConfigFile, "-n", "client.rgw", "user", "create", "--uid=mangamotion", "--display-name=MangaMotion",
                $"--access-key={AccessKey}", $"--secret-key={SecretKey}",
            ],
            cancellationToken);
        StartProcess(_gateway, "radosgw", "-n", "client.rgw");
        await File.WriteAllTextAsync(InitializedFile, clusterId, cancellationToken);
    }

    private async Task CreateKeysAsync(CancellationToken cancellationToken)
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

    private async Task WriteConfigurationAsync(string clusterId, CancellationToken cancellationToken)
    {
        await File.WriteAllTextAsync(ConfigFile, CreateConfiguration(clusterId), cancellationToken);
        await RunAsync(
            "monmaptool",
            ["--create", "--clobber", "--fsid", clusterId, "--addv", "a", $"[v2:127.0.0.1:{GetPort("s3-monitor")}]", MonitorMap],
            cancellationToken);
    }

    private void StartProcess(LocalProcess process, string program, params string[] name) => process.Start(new ProcessLaunch
    {
        FileName = Path.Combine(Programs, program),
        Arguments = ["-c", ConfigFile, .. name, "-f"],
        Environment = new Dictionary<string, string> { ["LANG"] = "C.UTF-8", ["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin" },
        WorkingDirectory = DataFolder,
        User = User,
    });

    private static Task RunAsync(string program, string[] arguments, CancellationToken cancellationToken) =>
        ServerUser.RunAsync(Path.Combine(Programs, program), arguments, User, cancellationToken);

    /// <summary>
    /// Creates the configuration of a small cluster: few placement groups, fast elections, early deletion of removed data.
    /// </summary>
    private string CreateConfiguration(string clusterId) => $"""
        [global]
        fsid = {clusterId}
        mon_host = v2:127.0.0.1:{GetPort("s3-monitor")}
        public_addr = 127.0.0.1
        cluster_addr = 127.0.0.1
        ms_bind_msgr1 = false
        # The disk daemon uses the first free ports, above those of PortBook and below the kernel's ephemeral range.
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
