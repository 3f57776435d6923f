using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace MangaMotion.Architecture;

/// <summary>
/// Types and native functions that an assembly uses, from its metadata, where no alias and no <c>global using</c> hides them.
/// </summary>
internal static class UsedCode
{
    /// <summary>Reads the full names of the types that the assembly refers to.</summary>
    public static IReadOnlyList<string> TypesOf(Assembly assembly) => Read(assembly, metadata => metadata.TypeReferences
        .Select(metadata.GetTypeReference)
        .Select(type => $"{metadata.GetString(type.Namespace)}.{metadata.GetString(type.Name)}"));

    /// <summary>Reads the names of the native functions that the assembly calls.</summary>
    public static IReadOnlyList<string> NativeFunctionsOf(Assembly assembly) => Read(assembly, metadata => metadata.MethodDefinitions
        .Select(metadata.GetMethodDefinition)
        .Where(method => method.Attributes.HasFlag(MethodAttributes.PinvokeImpl))
        .Select(method => metadata.GetString(method.GetImport().Name)));

    private static List<string> Read(Assembly assembly, Func<MetadataReader, IEnumerable<string>> query)
    {
        using var file = new PEReader(File.OpenRead(assembly.Location));
        return query(file.GetMetadataReader()).ToList();
    }
}
