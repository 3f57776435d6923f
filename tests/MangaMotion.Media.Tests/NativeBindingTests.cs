using System.Reflection;
using System.Runtime.InteropServices;

namespace MangaMotion.Media.Tests;

/// <summary>
/// Compares offsets, constants, signatures and mangled names in the media host with those that a compiler found in the headers of FFmpeg,
/// poppler and qpdf. <c>read-headers.sh</c> of MangaMotion.NativeHeaders writes the stored results, and its tests compare them with the
/// headers.
/// </summary>
public sealed class NativeBindingTests
{
    private static readonly Assembly Host =
        Assembly.LoadFrom(Path.Combine(AppContext.BaseDirectory, "mediahost", "MangaMotion.MediaHost.dll"));

    [Theory]
    [InlineData("bookworm", "FFmpeg5", "GetTrivialBox")]
    [InlineData("trixie", "FFmpeg7", "GetBox")]
    public void The_media_host_agrees_with_the_headers_of_a_Debian_release(string release, string offset, string unusedFunction)
    {
        var headers = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "NativeHeaders", $"{release}.txt"));

        List<string> assumptions =
        [
            .. headers.Where(line => line.StartsWith("constant ", StringComparison.Ordinal)).Select(
                line => DescribeConstant(line.Split(' ')[1])),
            .. Host.GetTypes().SelectMany(type => DescribeFields(type, offset)),
            .. new[] { "FFmpeg.Av", "Poppler.PopplerApi", "Qpdf.QpdfApi" }
                .SelectMany(type => FindType(type).GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
                .Where(method => method.Name != unusedFunction)
                .SelectMany(DescribeFunction),
        ];

        headers.Length.ShouldBeGreaterThan(150);
        assumptions.Order(StringComparer.Ordinal).ShouldBe(headers);
    }

    private static Type FindType(string name) => Host.GetType($"MangaMotion.MediaHost.{name}", throwOnError: true)!;

    /// <summary>Describes a constant with the name TYPE.CONSTANT, or the size of a structure with the name TYPE.</summary>
    private static string DescribeConstant(string name)
    {
        var parts = name.Split('.');
        var type = Host.GetTypes().Single(type => type.Name == parts[0]);
        var value = parts.Length == 1
            ? Marshal.SizeOf(type)
            : type.GetField(parts[1], BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)!.GetRawConstantValue();
        return $"constant {name} {value}";
    }

    private static IEnumerable<string> DescribeFields(Type type, string offset)
    {
        if (type.Namespace != "MangaMotion.MediaHost.FFmpeg" || !type.IsValueType)
            yield break;
        foreach (var field in type.GetFields(BindingFlags.Instance | BindingFlags.Public))
        {
            if (field.GetCustomAttribute<FieldOffsetAttribute>() is { } place)
                yield return $"field {type.Name}.{field.Name} {place.Value}";
        }

        foreach (var field in type.GetFields(BindingFlags.Static | BindingFlags.NonPublic).Where(
            field => field.FieldType.Name == "AvOffset"))
            yield return $"field {type.Name}.{field.Name[..^2]} {field.FieldType.GetProperty(offset)!.GetValue(field.GetValue(null))}";
    }

    /// <summary>Describes an imported function by its signature, in the notation of <c>signature.h</c>, and its mangled name.</summary>
    private static IEnumerable<string> DescribeFunction(MethodInfo method)
    {
        if (method.GetCustomAttribute<LibraryImportAttribute>() is not { } import)
            yield break;
        var parameters = string.Join(',', method.GetParameters().Select(parameter => DescribeType(parameter.ParameterType)));
        yield return $"function {method.Name} {DescribeType(method.ReturnType)}({parameters})";
        if (import.EntryPoint is { } symbol)
            yield return $"symbol {method.Name} {symbol}";
    }

    private static string DescribeType(Type type) => type switch
    {
        { IsPointer: true } or { IsByRef: true } or { IsFunctionPointer: true } => "p",
        _ when type == typeof(nint) || type == typeof(string) => "p",
        _ when type == typeof(void) => "void",
        _ when type == typeof(bool) => "u1",
        _ when type == typeof(int) => "i4",
        _ when type == typeof(uint) => "u4",
        _ when type == typeof(long) => "i8",
        _ when type == typeof(nuint) => "u8",
        _ when type == typeof(double) => "f8",
        { Name: "Value" } => "m",
        { IsValueType: true } => $"s{Marshal.SizeOf(type)}",
        _ => type.Name,
    };
}
