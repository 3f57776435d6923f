using Microsoft.Extensions.Configuration;

namespace MangaMotion.ServiceDefaults.Configuration;

/// <summary>Names and values of settings in messages to the operator.</summary>
internal static class Setting
{
    private static readonly string[] Secrets = ["password", "secret", "accesskey", "apikey", "token", "connectionstring"];

    /// <summary>Writes the environment form of a key, such as <c>Retry__MaxAttempts</c>, with its plain names.</summary>
    public static string NameOf(string key)
    {
        var name = key.Replace(ConfigurationPath.KeyDelimiter, "__", StringComparison.Ordinal);
        var plain = PlainName.All.Where(x => x.Key.Equals(key, StringComparison.OrdinalIgnoreCase)).Select(x => x.Name).ToList();
        return plain.Count == 0 ? name : $"{name} (or {string.Join(", ", plain)})";
    }

    /// <summary>Writes a value for a message. The value of a secret is not shown.</summary>
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
