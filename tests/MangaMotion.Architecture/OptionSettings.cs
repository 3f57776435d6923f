using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using MangaMotion.ServiceDefaults;
using MangaMotion.ServiceDefaults.Bus;

namespace MangaMotion.Architecture;

/// <summary>Setting of an options class.</summary>
/// <param name="Name">Environment name, such as <c>Media__Limits__Pixels</c>.</param>
/// <param name="Property">Property of the options class.</param>
/// <param name="Default">Value if the setting is not given.</param>
internal sealed record OptionSetting(string Name, PropertyInfo Property, object? Default)
{
    /// <summary>Default as in the environment, or <c>unset</c> if there is none.</summary>
    public string DefaultText => Default switch
    {
        null or "" => "unset",
        bool flag => flag ? "true" : "false",
        TimeSpan time => time.ToString("c", CultureInfo.InvariantCulture),
        Enum name => name.ToString().ToLowerInvariant(),
        string[] list => string.Join(", ", list),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        var other => other.ToString()!,
    };

    /// <summary>Range as on the page, or null if no attribute gives one.</summary>
    public string? RangeText => Property.GetCustomAttribute<RangeAttribute>() switch
    {
        null => null,
        { OperandType: var type } range when type == typeof(TimeSpan) => $"{Human(range.Minimum)} to {Human(range.Maximum)}",
        { Maximum: long or double } range when Convert.ToDouble(range.Maximum) >= long.MaxValue => $"from {range.Minimum}",
        var range => $"{Grouped(range.Minimum)} to {Grouped(range.Maximum)}",
    };

    /// <summary>All settings of all options classes of the services and libraries.</summary>
    public static IReadOnlyList<OptionSetting> All { get; } =
    [
        .. Repository.Projects
            .SelectMany(project => project.Assembly.GetTypes())
            .Where(type => type.GetField("Section", BindingFlags.Public | BindingFlags.Static) is { IsLiteral: true })
            .SelectMany(type => Of((string)type.GetField("Section")!.GetRawConstantValue()!, Activator.CreateInstance(type)!)),

        // Two classes share this section.
        .. Of("ConnectionStrings", new PostgresConnection()),
        .. Of("ConnectionStrings", new BrokerConnectionString()),
    ];

    private static IEnumerable<OptionSetting> Of(string section, object options)
    {
        foreach (var property in options.GetType().GetProperties())
        {
            var name = $"{section}__{property.Name}";
            if (IsNested(property.PropertyType))
            {
                foreach (var inner in Of(name, property.GetValue(options)!))
                    yield return inner;
            }
            else if (property.SetMethod is { IsPublic: true })
            {
                yield return new(property.PropertyType.IsArray ? $"{name}__0" : name, property, property.GetValue(options));
            }
        }
    }

    private static bool IsNested(Type type) => type.IsClass && type.Namespace?.StartsWith("MangaMotion", StringComparison.Ordinal) == true;

    // The attribute takes ranges beyond an int only as doubles.
    private static string Grouped(object number) => Convert.ToDouble(number).ToString("#,##0.##", CultureInfo.InvariantCulture);

    private static string Human(object text)
    {
        var time = TimeSpan.Parse((string)text, CultureInfo.InvariantCulture);
        return time switch
        {
            { TotalDays: >= 1 } => $"{time.TotalDays:0} d",
            { TotalHours: >= 1 } => $"{time.TotalHours:0} h",
            { TotalMinutes: >= 1 } => $"{time.TotalMinutes:0} min",
            { TotalSeconds: < 1 and > 0 } => $"{time.TotalMilliseconds:0} ms",
            _ => $"{time.TotalSeconds:0} s",
        };
    }
}
