using MangaMotion.Hostile.Files;

namespace MangaMotion.Hostile;

/// <summary>All hostile files, the same at every run with the same tools.</summary>
internal static class HostileSet
{
    /// <param name="neighbour">Path of a file of the test that must not be read. References lead there and nowhere else.</param>
    public static IEnumerable<HostileFile> Make(string neighbour)
    {
        var good = GoodFiles.Make();
        return Damage.Cuts(good)
            .Concat(Damage.Fuzz(good))
            .Concat(LyingHeaders.Pictures(good))
            .Concat(LyingHeaders.Containers(good))
            .Concat(References.All(good, neighbour))
            .Concat(Polyglots.All(good))
            .Concat(Strangers.All(good))
            .Concat(Names.All(good))
            .Concat(Archives.All())
            .Concat(Limits.All(good))
            .Concat(Documents.All(neighbour));
    }
}
