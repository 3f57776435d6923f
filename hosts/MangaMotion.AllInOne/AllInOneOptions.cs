namespace MangaMotion.AllInOne;

/// <summary>Settings of the process that runs all services. Section <c>AllInOne</c>.</summary>
public sealed class AllInOneOptions
{
    public const string Section = "AllInOne";

    /// <summary>Addresses on which the console listens. The API listens on those of <c>ASPNETCORE_URLS</c>.</summary>
    public string ConsoleUrls { get; set; } = "http://localhost:5001";
}
