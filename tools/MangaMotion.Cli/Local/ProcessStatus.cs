namespace MangaMotion.Cli.Local;

/// <summary>One line of <c>status</c>.</summary>
/// <param name="Kind"><c>server</c> or <c>service</c>.</param>
/// <param name="State"><see cref="Ready"/>, <see cref="NotReady"/> or <see cref="Stopped"/>.</param>
/// <param name="Detail">Why it is not ready: which server, where, why.</param>
internal sealed record ProcessStatus(string Name, string Kind, string State, int? Pid, int? Port, string Log, string? Detail)
{
    public const string Ready = "ready";
    public const string NotReady = "not ready";
    public const string Stopped = "stopped";
}
