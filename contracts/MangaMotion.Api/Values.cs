namespace MangaMotion.Api;

/// <summary>Constants that are the allowed values of a text.</summary>
/// <param name="constants">Class of the constants, with an <see cref="EnumerationAttribute"/>.</param>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
public sealed class ValuesAttribute(Type constants) : Attribute
{
    public Type Constants => constants;
}

/// <summary>Name of a class of constants in the OpenAPI document, where it is an enumeration.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class EnumerationAttribute(string name) : Attribute
{
    public string Name => name;
}

/// <summary>Value that the OpenAPI document shows as an example.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
public sealed class ExampleAttribute(string value) : Attribute
{
    public string Value => value;
}
