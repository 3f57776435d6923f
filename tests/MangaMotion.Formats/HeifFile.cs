using System.Buffers.Binary;

namespace MangaMotion.Formats;

/// <summary>Changes HEIF files as no tool here can.</summary>
internal static class HeifFile
{
    /// <summary>Adds colours by numbers (a box colr of type nclx, with the matrix of BT.601) to the properties of a file with one
    /// item.</summary>
    public static byte[] WithColours(byte[] file, byte primaries, byte transfer)
    {
        byte[] box = [0, 0, 0, 19, .. "colrnclx"u8, 0, primaries, 0, transfer, 0, 6, 0x80];
        byte[] changed = [.. file];
        foreach (var parent in (string[])["meta", "iprp", "ipco"])
            Add(changed, Find(file, parent) - 4, box.Length);

        // iloc: sizes of its fields, one item, its extent's offset into the file.
        var locations = Find(file, "iloc");
        file[locations + 8].ShouldBe((byte)0x44, "offsets and lengths of 4 bytes");
        var version = file[locations + 4];
        var extent = locations + 12 + (version == 0 ? 2 + 2 : 2 + 2 + 2) + (file[locations + 9] >> 4) + 2;
        Add(changed, extent, box.Length);

        var properties = Find(file, "ipco");
        var end = properties - 4 + BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(properties - 4));
        return [.. changed[..end], .. box, .. changed[end..]];
    }

    private static int Find(byte[] file, string type)
    {
        var at = file.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(type));
        at.ShouldBeGreaterThan(0, $"the file has a box {type}");
        return at;
    }

    private static void Add(byte[] file, int at, int bytes) =>
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(at), BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(at)) + bytes);
}
