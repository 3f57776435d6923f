using YamlDotNet.RepresentationModel;

namespace MangaMotion.Cli.Tests;

/// <summary>YAML files of the clone as trees.</summary>
internal static class Yaml
{
    public static IEnumerable<YamlMappingNode> Documents(string path)
    {
        using var text = File.OpenText(path);
        var stream = new YamlStream();
        stream.Load(text);
        return stream.Documents.Select(document => (YamlMappingNode)document.RootNode);
    }

    /// <summary>Finds the node at the end of the keys; null if one of them is missing.</summary>
    public static YamlNode? At(this YamlNode? node, params IEnumerable<string> keys) =>
        keys.Aggregate(node, (inner, key) => inner is YamlMappingNode map && map.Children.TryGetValue(key, out var child) ? child : null);

    public static string? Text(this YamlNode? node, params IEnumerable<string> keys) => (node.At(keys) as YamlScalarNode)?.Value;

    public static IEnumerable<YamlNode> Items(this YamlNode? node, params IEnumerable<string> keys) =>
        node.At(keys) as YamlSequenceNode ?? [];

    public static IEnumerable<string> Keys(this YamlNode? node, params IEnumerable<string> keys) =>
        (node.At(keys) as YamlMappingNode)?.Children.Keys.Select(key => ((YamlScalarNode)key).Value!) ?? [];
}
