using MangaMotion.Cli.Chaos;

namespace MangaMotion.Cli.Tests;

/// <summary>Faults of a chaos run.</summary>
public sealed class ChaosPlanTests
{
    private static readonly string[] Services = ["ingest", "ingest-2", "thumbnail-1"];
    private static readonly string[] Brokers = ["rabbitmq", "rabbitmq-2", "rabbitmq-3"];
    private static readonly TimeSpan Length = TimeSpan.FromMinutes(10);

    [Fact]
    public void A_seed_gives_the_same_faults_again_and_another_seed_gives_others()
    {
        Create(1).ShouldBe(Create(1));
        Create(2).ShouldNotBe(Create(1));
    }

    [Fact]
    public void One_server_and_one_service_are_away_at_a_time_and_the_old_primary_stays_away_until_it_returns()
    {
        foreach (var plan in Enumerable.Range(0, 100).Select(Create))
        {
            foreach (var track in plan.GroupBy(
                fault => fault.Target == Fault.Scratch ? 'd' : Services.Contains(fault.Target) ? 's' : 'S'))
            {
                foreach (var (fault, next) in track.Zip(track.Skip(1)))
                    (fault.At + fault.Duration).ShouldBeLessThan(next.At);
            }

            var (primary, former) = ("postgres", (string?)null);
            foreach (var fault in plan.Where(fault => fault.Target.StartsWith("postgres", StringComparison.Ordinal)))
            {
                if (fault.Kind == FaultKind.Return)
                {
                    fault.Target.ShouldBe(former);
                    former = null;
                    continue;
                }

                fault.Target.ShouldNotBe(former);
                (fault.Target == primary).ShouldBe(fault.Kind != FaultKind.Stop);
                if (fault.Kind != FaultKind.FailOver)
                    continue;
                former.ShouldBeNull();
                (primary, former) = (primary == "postgres" ? "postgres-standby" : "postgres", primary);
            }

            plan.ShouldAllBe(fault => fault.Kind != FaultKind.Partition || Brokers.Contains(fault.Target));
        }
    }

    [Fact]
    public void Every_kind_of_fault_and_every_process_is_chosen()
    {
        var faults = Enumerable.Range(0, 20).SelectMany(Create).ToList();

        faults.Select(fault => fault.Kind).Distinct().Count().ShouldBe(Enum.GetValues<FaultKind>().Length);
        faults.Select(fault => fault.Target).ToHashSet()
            .ShouldBe([.. Services, .. Brokers, "postgres", "postgres-standby", "s3", Fault.Scratch], ignoreOrder: true);
    }

    private static IReadOnlyList<Fault> Create(int seed) =>
        ChaosPlan.Create(seed, Length, Services, Brokers, "postgres", "postgres-standby", "s3");
}
