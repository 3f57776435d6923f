using System.Reflection;
using System.Runtime.CompilerServices;
using MangaMotion.Api;
using MangaMotion.Jobs;

namespace MangaMotion.Architecture;

/// <summary>Records of the HTTP API: <c>contracts/MangaMotion.Api</c>.</summary>
public sealed class ApiRecordTests
{
    private static readonly Type[] Types =
        [.. typeof(Problem).Assembly.GetExportedTypes().Where(type => !typeof(Attribute).IsAssignableFrom(type))];

    private static IEnumerable<Type> Records => Types.Where(type => !IsStatic(type));

    [Fact]
    public void The_library_holds_immutable_records_and_constants()
    {
        Records.Count().ShouldBeGreaterThan(30);
        Records.ShouldAllBe(type => type.GetMethod("<Clone>$") != null && (type.IsSealed || type.IsAbstract));
        Records.SelectMany(type => type.GetProperties()).Where(property => property.SetMethod is not null).ShouldAllBe(
            property => IsInit(property));
        Types.Where(IsStatic).SelectMany(type => type.GetFields()).ShouldAllBe(field => field.IsLiteral);
    }

    [Fact]
    public void Everything_is_in_one_namespace() => Types.Select(type => type.Namespace).Distinct().ShouldBe(["MangaMotion.Api"]);

    [Fact]
    public void Statuses_and_priorities_are_those_of_the_jobs()
    {
        JobStatuses.All.ShouldBe([JobStatus.Uploaded, JobStatus.Processing, JobStatus.Done, JobStatus.Failed, JobStatus.Canceled]);
        Lanes.All.Select(lane => lane.Name()).ShouldBe([Priorities.High, Priorities.Normal, Priorities.Low]);
    }

    private static bool IsStatic(Type type) => type.IsAbstract && type.IsSealed;

    private static bool IsInit(PropertyInfo property) =>
        property.SetMethod!.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit));
}
