using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace MangaMotion.Architecture;

/// <summary>Project with its file, its source and its built assembly.</summary>
internal sealed partial class SourceProject
{
    private readonly XDocument _file;

    private SourceProject(string kind, string path)
    {
        (Kind, Path) = (kind, path);
        _file = XDocument.Load(path);
    }

    /// <summary>Folder at the root of the repository, such as <c>libraries</c>.</summary>
    public string Kind { get; }

    public string Path { get; }

    public string Name => System.IO.Path.GetFileNameWithoutExtension(Path);

    public string Folder => System.IO.Path.GetDirectoryName(Path)!;

    public Assembly Assembly => Assembly.Load(Name);

    /// <summary>
    /// Names of the projects that it compiles against, without those that are only built with it, such as the media host.
    /// </summary>
    public IReadOnlyList<string> References =>
        [.. Items("ProjectReference").Where(item => (string?)item.Attribute("ReferenceOutputAssembly") != "false").Select(
            item => System.IO.Path.GetFileNameWithoutExtension(Include(item)))];

    public IReadOnlyList<string> Packages => [.. Items("PackageReference").Select(Include)];

    public IReadOnlyList<string> Frameworks => [.. Items("FrameworkReference").Select(Include)];

    /// <summary>Source files: path from the root of the repository, and text without comments.</summary>
    public IEnumerable<(string Path, string Code)> Source =>
        Directory.EnumerateFiles(Folder, "*.cs", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
            .Select(path => (System.IO.Path.GetRelativePath(Repository.Root, path), Comment().Replace(File.ReadAllText(path), "")));

    public static IEnumerable<SourceProject> FindAll(string kind) =>
        Directory.EnumerateFiles(Repository.PathOf(kind), "*.csproj", SearchOption.AllDirectories).Select(
            path => new SourceProject(kind, path));

    private IEnumerable<XElement> Items(string name) => _file.Descendants(name).Where(item => item.Attribute("Include") is not null);

    private static string Include(XElement item) => item.Attribute("Include")!.Value;

    // A comment is alone on its line or after white space, which is enough for formatted source.
    [GeneratedRegex(@"(?m)(^|\s)//.*$", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Comment();
}
