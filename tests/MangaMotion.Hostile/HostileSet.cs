using MangaMotion.Hostile.Files;

namespace MangaMotion.Hostile;

/// <summary>All hostile files, the same at every run with the same tools.</summary>
internal static class HostileSet
{
    /// <summary>Made one after the other while they are asked for, so that no two bombs are in memory together.</summary>
    public static IEnumerable<HostileFile> Make()
    {
        var good = GoodFiles.Make();
        return Damage.Cuts(good)
            .Concat(Damage.Fuzz(good))
            .Concat(LyingHeaders.Pictures(good))
            .Concat(LyingHeaders.Containers(good))
            .Concat(Playlists.All(good))
            .Concat(Polyglots.All(good))
            .Concat(Strangers.All(good))
            .Concat(Names.All(good))
            .Concat(Archives.All())
            .Concat(Bombs.All(good));
    }
}
