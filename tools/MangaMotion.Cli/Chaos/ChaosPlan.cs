namespace MangaMotion.Cli.Chaos;

/// <summary>What is done to a process, and undone at the end of the fault.</summary>
internal enum FaultKind
{
    /// <summary>SIGKILL, then a new start.</summary>
    Kill,

    /// <summary>SIGTERM, then a new start.</summary>
    Stop,

    /// <summary>SIGSTOP, then SIGCONT. A broker node is restarted afterwards, as the handbook says.</summary>
    Freeze,

    /// <summary>A broker node loses its links to the other nodes.</summary>
    Partition,

    /// <summary>SIGKILL of the primary. At the end of the fault the standby becomes the primary; the old primary stays away.</summary>
    FailOver,

    /// <summary>The former primary becomes a standby of the new one, which can fail over to it later.</summary>
    Return,

    /// <summary>The store answers 503.</summary>
    Refuse,

    /// <summary>The store answers slowly.</summary>
    Slow,

    /// <summary>The scratch disk of the workers has no free byte.</summary>
    FillDisk,
}

/// <param name="At">Time since the start of the load.</param>
/// <param name="Target">Name of the process, or <see cref="Scratch"/>.</param>
internal sealed record Fault(TimeSpan At, FaultKind Kind, string Target, TimeSpan Duration)
{
    /// <summary>Target of <see cref="FaultKind.FillDisk"/>.</summary>
    public const string Scratch = "scratch";

    public override string ToString() =>
        $"{Kind.ToString().ToLowerInvariant()} {Target}{(Duration > TimeSpan.Zero ? $" for {Duration.TotalSeconds:0.0} s" : "")}";
}

/// <summary>
/// Faults of one run, chosen by its seed alone. Faults of servers follow each other, and so do faults of services and full disks; one of
/// each kind can run at the same time. So at most one of the three broker nodes is away, which is what a cluster of three survives.
/// </summary>
internal sealed class ChaosPlan
{
    private static readonly FaultKind[] Signals = [FaultKind.Kill, FaultKind.Stop, FaultKind.Freeze];
    private static readonly FaultKind[] StoreFaults = [FaultKind.Kill, FaultKind.Freeze, FaultKind.Refuse, FaultKind.Slow];

    private readonly Random _random;
    private readonly TimeSpan _length;

    /// <summary>Whether the former primary is away.</summary>
    private bool _alone;

    private ChaosPlan(int seed, TimeSpan length) => (_random, _length) = (new Random(seed), length);

    /// <param name="services">Names of the processes of services.</param>
    /// <param name="brokers">Names of the broker nodes.</param>
    /// <returns>Faults in the order of their time.</returns>
    public static IReadOnlyList<Fault> Create(
        int seed, TimeSpan length, IReadOnlyList<string> services, IReadOnlyList<string> brokers, string primary, string standby,
        string store)
    {
        var plan = new ChaosPlan(seed, length);
        var pair = (Primary: primary, Standby: standby);
        var servers = plan.CreateTrack(at => plan.ChooseServerFault(at, brokers, ref pair, store), 4, 10).ToList();
        var processes = plan.CreateTrack(at => plan.ChooseServiceFault(at, services), 4, 10).ToList();
        var disks = plan.CreateTrack(at => plan.ChooseDiskFault(at), 15, 40);
        return [.. servers.Concat(processes).Concat(disks).OrderBy(fault => fault.At)];
    }

    /// <param name="least">Seconds between two faults, at least.</param>
    /// <param name="most">Seconds between two faults, at most.</param>
    private IEnumerable<Fault> CreateTrack(Func<TimeSpan, Fault> choose, double least, double most)
    {
        for (var at = Seconds(2, 6); at < _length;)
        {
            var fault = choose(at);
            yield return fault;
            at += fault.Duration + Seconds(least, most);
        }
    }

    private Fault ChooseServerFault(
        TimeSpan at, IReadOnlyList<string> brokers, ref (string Primary, string Standby) pair, string store)
    {
        switch (_random.Next(12))
        {
            case < 5:
                var kind = _random.Next(4) is 0 ? FaultKind.Partition : Choose(Signals);
                return new(at, kind, Choose(brokers), Seconds(5, 20));
            case < 8:
                return new(at, Choose(StoreFaults), store, Seconds(3, 10));
            case 8 or 9 when _alone:
                _alone = false;
                return new(at, FaultKind.Return, pair.Standby, TimeSpan.Zero);
            case 8:
                _alone = true;
                pair = (pair.Standby, pair.Primary);
                return new(at, FaultKind.FailOver, pair.Standby, Seconds(3, 10));
            case 9:
                return new(at, FaultKind.Stop, pair.Standby, Seconds(3, 10));
            default:
                return new(at, _random.Next(2) is 0 ? FaultKind.Kill : FaultKind.Freeze, pair.Primary, Seconds(2, 8));
        }
    }

    /// <summary>Shorter than the waits before the ten attempts that do not count together, so that no job fails.</summary>
    private Fault ChooseDiskFault(TimeSpan at) => new(at, FaultKind.FillDisk, Fault.Scratch, Seconds(3, 8));

    private Fault ChooseServiceFault(TimeSpan at, IReadOnlyList<string> services) =>
        new(at, Choose(Signals), Choose(services), Seconds(1, 8));

    private T Choose<T>(IReadOnlyList<T> from) => from[_random.Next(from.Count)];

    private TimeSpan Seconds(double least, double most) => TimeSpan.FromSeconds(least + ((most - least) * _random.NextDouble()));
}
