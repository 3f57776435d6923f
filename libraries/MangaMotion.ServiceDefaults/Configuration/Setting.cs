using Microsoft.Extensions.Configuration;

namespace MangaMotion.ServiceDefaults.Configuration;

/// <summary>How a setting is named to the person who has to change it.</summary>
internal static class Setting
{
    private static readonly string[] Secrets = ["password", "secret", "accesskey", "apikey", "token", "connectionstring"];

    /// <summary>The environment form: <c>Retry:MaxAttempts</c> is <c>Retry__MaxAttempts</c>, with its plain name where it has one.</summary>
    public static string NameOf(string key)
    {
        var name = key.Replace(ConfigurationPath.KeyDelimiter, "__", StringComparison.Ordinal);
        var plain = PlainName.All.FirstOrDefault(x => x.Key.Equals(key, StringComparison.OrdinalIgnoreCase));
        return plain is null ? name : $"{name} (or {plain.Name})";
    }

    /// <summary>The value for a message; never that of a secret.</summary>
    public static string Show(string key, object? value) => value switch
    {
        null or "" => "not set",
        _ when IsSecret(key) => "set (its value is not shown)",
        _ => $"'{value}'",
    };

    public static bool IsSecret(string key) =>
        key.StartsWith("ConnectionStrings:", StringComparison.OrdinalIgnoreCase)
        || Secrets.Any(secret => key.Contains(secret, StringComparison.OrdinalIgnoreCase));
}
