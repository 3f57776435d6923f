namespace MangaMotion.Console.Live;

/// <summary>Part of a page that changes while it is shown. Its component renders one element with this id.</summary>
public sealed record Region(string Id, Type Component, IReadOnlyDictionary<string, object?> Parameters)
{
    public static Region Of<TComponent>(string id, params (string Name, object? Value)[] parameters) =>
        new(id, typeof(TComponent), parameters.ToDictionary(pair => pair.Name, pair => pair.Value, StringComparer.Ordinal));
}
