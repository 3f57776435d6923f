using System.ComponentModel.DataAnnotations;

namespace MangaMotion.Console;

/// <summary>Settings of the console. Section <c>Console</c>.</summary>
internal sealed class ConsoleOptions : IValidatableObject
{
    public const string Section = "Console";

    /// <summary>Address of the API.</summary>
    [Required]
    public string ApiUrl { get; set; } = "http://127.0.0.1:8080";

    /// <summary>
    /// Public origin of the links to the S3 store, to which pictures and videos are redirected. Unset with the disk store.
    /// </summary>
    public string? StoreOrigin { get; set; }

    public DataProtectionFolder DataProtection { get; set; } = new();

    public LoginLinkFolder LoginLinks { get; set; } = new();

    internal Uri Api => new(ApiUrl.TrimEnd('/') + "/");

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!IsOrigin(ApiUrl))
            yield return new($"'{ApiUrl}' is not an address such as http://127.0.0.1:8080.", [nameof(ApiUrl)]);
        if (!string.IsNullOrEmpty(StoreOrigin) && !IsOrigin(StoreOrigin))
            yield return new($"'{StoreOrigin}' is not an origin such as https://s3.example.org.", [nameof(StoreOrigin)]);
    }

    private static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.PathAndQuery == "/";
}

/// <summary>Folder with the keys that encrypt sessions.</summary>
internal sealed class DataProtectionFolder
{
    /// <summary>Folder that all instances share. Unset: keys in memory, so a restart ends all sessions.</summary>
    public string? Directory { get; set; }
}

/// <summary>Folder with the one-time login links that <c>./mangamotion up</c> creates.</summary>
internal sealed class LoginLinkFolder
{
    /// <summary>Folder that only the operator can write to. Unset: no login links.</summary>
    public string? Directory { get; set; }
}
