namespace MangaMotion.Cli.Local;

/// <summary>State of one server or service.</summary>
/// <param name="Kind"><c>server</c> or <c>service</c>.</param>
/// <param name="State"><see cref="Ready"/>, <see cref="NotReady"/> or <see cref="Stopped"/>.</param>
/// <param name="Detail">Dependency that is not ready, with its address and the reason; null if ready.</param>
internal sealed record ProcessStatus(string Name, string Kind, string State, int? Pid, int? Port, string Log, string? Detail)
{
    public const string Ready = "ready";
    public const string NotReady = "not ready";
    public const string Stopped = "stopped";

    [System.Text.Json.Serialization.JsonIgnore]
    public string Description => Detail is null ? State : $"{State}: {Detail}";
}
