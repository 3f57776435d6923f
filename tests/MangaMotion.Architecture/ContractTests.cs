using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace MangaMotion.Architecture;

/// <summary>
/// Stability of message contracts. Old and new services run side by side, and queues hold messages of older versions.
/// </summary>
public sealed partial class ContractTests
{
    private static readonly NullabilityInfoContext Nullability = new();

    private static IReadOnlyList<Type> Types =>
        [.. Repository.Contracts.Single(project => project.Name == "MangaMotion.Contracts").Assembly.GetExportedTypes()
            .OrderBy(type => type.FullName, StringComparer.Ordinal)];

    private static IEnumerable<Type> Records => Types.Where(type => !type.IsEnum);

    [Fact]
    public void A_contract_is_a_sealed_record_or_an_enum()
    {
        Records.ShouldNotBeEmpty();
        Records.ShouldAllBe(type => type.IsClass && type.IsSealed && type.GetMethod("<Clone>$") != null);
    }

    [Fact]
    public void A_contract_has_named_init_properties_and_no_constructor_with_parameters()
    {
        // Positional records break MassTransit's initializers.
        Records.ShouldAllBe(type => type.GetConstructors().All(constructor => constructor.GetParameters().Length == 0));
        Records.SelectMany(type => type.GetProperties()).ShouldAllBe(property => IsInit(property));
        Records.ShouldAllBe(type => type.GetFields().Length == 0);
    }

    [Fact]
    public void A_contract_has_its_version_in_its_namespace() =>
        Types.ShouldAllBe(type => VersionedNamespace().IsMatch(type.Namespace ?? ""));

    [Fact]
    public void Contracts_are_as_released() => Golden.Compare(
        "contracts.txt",
        Types.SelectMany(Describe),
        "A property may be added if it is nullable and not required. Any other change is a new type in the next namespace (V2), beside "
            + "this one.");

    private static IEnumerable<string> Describe(Type type) =>
    [
        type.IsEnum ? $"enum {type.FullName}" : $"{type.FullName}",
        .. type.IsEnum
            ? Enum.GetNames(type).Select(name => $"    {name} = {Convert.ToInt64(Enum.Parse(type, name))}")
            : type.GetProperties().OrderBy(property => property.Name, StringComparer.Ordinal).Select(Describe),
    ];

    private static string Describe(PropertyInfo property)
    {
        var required = property.IsDefined(typeof(RequiredMemberAttribute)) ? "required " : "";
        return $"    {required}{TypeName(Nullability.Create(property))} {property.Name}";
    }

    private static string TypeName(NullabilityInfo info)
    {
        var type = Nullable.GetUnderlyingType(info.Type) ?? info.Type;
        var name = type.IsGenericType
            ? $"{type.Name[..type.Name.IndexOf('`')]}<{string.Join(", ", info.GenericTypeArguments.Select(TypeName))}>"
            : info.ElementType is { } element ? $"{TypeName(element)}[]"
            : type.Name;
        return info.ReadState == NullabilityState.Nullable ? $"{name}?" : name;
    }

    private static bool IsInit(PropertyInfo property) =>
        property.SetMethod is { IsPublic: true } set && set.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit));

    [GeneratedRegex(@"^MangaMotion\.Contracts(\.[A-Z]\w*)+\.V[1-9][0-9]*$", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex VersionedNamespace();
}
