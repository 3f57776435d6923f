using System.Security.Cryptography;
using System.Text;
using MangaMotion.Videos;

namespace MangaMotion.VideoPipeline.Planning;

/// <summary>Id of a part, a function of its work, so that planning twice finds the same row.</summary>
internal static class PartId
{
    /// <param name="hash">Hash of everything that makes the part; empty for the only part of a stage.</param>
    public static Guid Create(Guid video, Stage stage, string hash)
    {
        var bytes = SHA256.HashData(Encoding.UTF8.GetBytes($"{video:N}/{stage.Name}/{hash}")).AsSpan(0, 16);
        // Version 8 of RFC 9562: custom layout.
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x80);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new(bytes, bigEndian: true);
    }
}
