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
}

/// <param name="At">Time since the start of the load.</param>
/// <param name="Target">Name of the process.</param>
internal sealed record Fault(TimeSpan At, FaultKind Kind, string Target, TimeSpan Duration)
{
    public override string ToString() => $"{Kind.ToString().ToLowerInvariant()} {Target} for {Duration.TotalSeconds:0.0} s";
}

/// <summary>
/// Faults of one run, chosen by its seed alone. Faults of servers follow each other, and so do faults of services; one of each kind can
/// run at the same time. So at most one of the three broker nodes is away, which is what a cluster of three survives.
/// </summary>
internal sealed class ChaosPlan
{
    private static readonly FaultKind[] Signals = [FaultKind.Kill, FaultKind.Stop, FaultKind.Freeze];

    private readonly Random _random;
    private readonly TimeSpan _length;
    private bool _failedOver;

    private ChaosPlan(int seed, TimeSpan length) => (_random, _length) = (new Random(seed), length);

    /// <param name="services">Names of the processes of services.</param>
    /// <param name="brokers">Names of the broker nodes.</param>
    /// <returns>Faults in the order of their time.</returns>
    public static IReadOnlyList<Fault> Create(
        int seed, TimeSpan length, IReadOnlyList<string> services, IReadOnlyList<string> brokers, string primary, string standby,
        string store)
    {
        var plan = new ChaosPlan(seed, length);
        var servers = plan.CreateTrack(at => plan.ChooseServerFault(at, brokers, primary, standby, store)).ToList();
        return [.. servers.Concat(plan.CreateTrack(at => plan.ChooseServiceFault(at, services))).OrderBy(fault => fault.At)];
    }

    private IEnumerable<Fault> CreateTrack(Func<TimeSpan, Fault> choose)
    {
        for (var at = Seconds(2, 6); at < _length;)
        {
            var fault = choose(at);
            yield return fault;
            at += fault.Duration + Seconds(4, 10);
        }
    }

    private Fault ChooseServerFault(TimeSpan at, IReadOnlyList<string> brokers, string primary, string standby, string store)
    {
        switch (_random.Next(10))
        {
            case < 5:
                var kind = _random.Next(4) is 0 ? FaultKind.Partition : Choose(Signals);
                return new(at, kind, Choose(brokers), Seconds(5, 20));
            case < 7:
                return new(at, _random.Next(2) is 0 ? FaultKind.Kill : FaultKind.Freeze, store, Seconds(3, 10));
            case 7 when !_failedOver:
                _failedOver = true;
                return new(at, FaultKind.FailOver, primary, Seconds(3, 10));
            case 8 when !_failedOver:
                return new(at, FaultKind.Stop, standby, Seconds(3, 10));
            default:
                return new(at, _random.Next(2) is 0 ? FaultKind.Kill : FaultKind.Freeze, _failedOver ? standby : primary, Seconds(2, 8));
        }
    }

    private Fault ChooseServiceFault(TimeSpan at, IReadOnlyList<string> services) =>
        new(at, Choose(Signals), Choose(services), Seconds(1, 8));

    private T Choose<T>(IReadOnlyList<T> from) => from[_random.Next(from.Count)];

    private TimeSpan Seconds(double least, double most) => TimeSpan.FromSeconds(least + ((most - least) * _random.NextDouble()));
}
