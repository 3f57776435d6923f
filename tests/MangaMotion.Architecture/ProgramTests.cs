using System.Text.RegularExpressions;

namespace MangaMotion.Architecture;

/// <summary>Form of a service's <c>Program.cs</c>: a short list of registrations.</summary>
public sealed partial class ProgramTests
{
    public static TheoryData<string> Services => [.. Repository.Services.Select(service => service.Name)];

    [Theory]
    [MemberData(nameof(Services))]
    public void The_program_of_a_service_is_short_and_has_no_conditions(string service)
    {
        var project = Repository.Services.Single(candidate => candidate.Name == service);
        var (path, code) = project.Source.Single(file => Path.GetFileName(file.Path) == "Program.cs");

        File.ReadAllLines(Repository.PathOf(path)).Length.ShouldBeLessThan(
            25, $"{path} is too long: move registrations into {service}'s own Add… method.");
        code.ShouldNotContain("=>", customMessage: $"{path} has a lambda.");
        If().IsMatch(code).ShouldBeFalse($"{path} has an if.");
        code.ShouldContain("AddServiceDefaults(");
        code.ShouldContain("MapServiceDefaults(");
    }

    [GeneratedRegex(@"\bif\b", RegexOptions.NonBacktracking)]
    private static partial Regex If();
}
