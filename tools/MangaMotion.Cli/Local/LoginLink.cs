using System.Security.Cryptography;
using System.Text;

namespace MangaMotion.Cli.Local;

/// <summary>
/// One-time login links of the console. A link is a file in a folder that the console reads: its name is the SHA-256 of the token, its
/// content the API key. The console accepts a link once, within five minutes.
/// </summary>
internal static class LoginLink
{
    private const int TokenBytes = 24;

    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    /// <summary>Creates a link.</summary>
    /// <param name="folder">Folder of the links, readable by the owner of the stack only.</param>
    /// <param name="page">Login page of the console.</param>
    public static Uri Create(string folder, Uri page, string apiKey)
    {
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (var expired in Directory.EnumerateFiles(folder).Where(file => File.GetLastWriteTimeUtc(file) < DateTime.UtcNow - Lifetime))
            File.Delete(expired);
        var token = $"once_{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(TokenBytes))}";
        PrivateFile.Write(Path.Combine(folder, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)))), apiKey);
        return new UriBuilder(page) { Fragment = token }.Uri;
    }
}
