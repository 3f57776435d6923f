namespace MangaMotion.Api;

/// <summary>How many workers the present load needs.</summary>
/// <param name="TargetSeconds">Time within which the waiting jobs are to be done, in seconds (<c>Scaling__Target</c>).</param>
public sealed record ScalingAdvice(double TargetSeconds, IReadOnlyList<TypeScaling> Types, ConnectionLimit Connections);

/// <summary>What one job type needs.</summary>
/// <param name="Waiting">Messages in all lanes that no worker has received. Paused queues are not counted.</param>
/// <param name="Running">Jobs that run now.</param>
/// <param name="MedianSeconds">Median duration of successful attempts in the last hour, else of the last day; null without one.</param>
/// <param name="Places">Jobs that must run at the same time to reach the target.</param>
/// <param name="PlacesPerWorker">Jobs that one worker of this type runs at the same time.</param>
/// <param name="Workers">Workers of this type that are alive.</param>
/// <param name="WorkersNeeded">Workers of this type that the load needs; 0 if nothing waits or runs.</param>
/// <param name="Reason">The calculation as one sentence.</param>
public sealed record TypeScaling(
    [property: Values(typeof(WorkTypeNames))] string Type, long Waiting, int Running, double? MedianSeconds, int Places,
    int PlacesPerWorker, int Workers, int WorkersNeeded, string Reason);

/// <summary>Processes that the connections of the database allow.</summary>
/// <param name="Connections">Connections that Postgres gives to ordinary roles.</param>
/// <param name="PerProcess">Connections that one process takes at most.</param>
/// <param name="MaxProcesses">Processes of all services together.</param>
/// <param name="ProcessesNeeded">Workers that the load needs, as if each served one type, and one instance of the API.</param>
public sealed record ConnectionLimit(int Connections, int PerProcess, int MaxProcesses, int ProcessesNeeded);
