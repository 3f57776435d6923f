using MangaMotion.Hostile.Files;

namespace MangaMotion.Hostile;

/// <summary>All hostile files, the same at every run with the same tools.</summary>
internal static class HostileSet
{
    /// <param name="neighbour">Path of the file that must not be read. All references point to it.</param>
    public static IEnumerable<HostileFile> Make(string neighbour)
    {
        var good = GoodFiles.Make();
        return Damage.Cuts(good)
            .Concat(Damage.Fuzz(good))
            .Concat(FalseHeaders.Pictures(good))
            .Concat(FalseHeaders.Containers(good))
            .Concat(References.All(good, neighbour))
            .Concat(Polyglots.All(good))
            .Concat(UnsupportedTypes.All(good))
            .Concat(Names.All(good))
            .Concat(Archives.All())
            .Concat(Limits.All(good))
            .Concat(Documents.All(neighbour));
    }
}
