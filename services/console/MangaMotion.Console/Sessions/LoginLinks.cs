using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace MangaMotion.Console.Sessions;

/// <summary>
/// One-time login links. <c>./mangamotion up</c> writes a file for each: its name is the SHA-256 of the token in hexadecimal, its content
/// the API key. A link is valid for five minutes and for one login.
/// </summary>
internal sealed class LoginLinks(IOptions<ConsoleOptions> options, TimeProvider clock)
{
    /// <summary>Beginning of a token, which distinguishes it from an API key.</summary>
    public const string Prefix = "once_";

    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    /// <summary>Exchanges a token for its API key; null if the token is unknown, used or expired.</summary>
    public string? Exchange(string token)
    {
        if (options.Value.LoginLinks.Directory is not { Length: > 0 } folder)
            return null;
        var path = Path.Combine(folder, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token))));
        var taken = $"{path}.{Guid.NewGuid():N}";
        try
        {
            // Of two exchanges at the same time, only one can rename the file.
            File.Move(path, taken);
        }
        catch (IOException)
        {
            return null;
        }

        try
        {
            return clock.GetUtcNow().UtcDateTime - File.GetLastWriteTimeUtc(taken) < Lifetime ? File.ReadAllText(taken) : null;
        }
        finally
        {
            File.Delete(taken);
        }
    }
}
