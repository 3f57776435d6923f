using System.Text.RegularExpressions;

namespace MangaMotion.Architecture;

/// <summary>Inner rooms of the ingest service: each has one method that registers it and one that maps its endpoints.</summary>
public sealed partial class RoomTests
{
    private const string Ingest = "services/ingest/MangaMotion.Ingest";

    private static readonly string[] Rooms = ["Accepting", "Background", "Reading"];

    /// <summary>Folders that all rooms share: conventions of the HTTP API, and API keys.</summary>
    private static readonly string[] Shared = ["Api", "Keys"];

    private static readonly (string Folder, string Path, string Text)[] Files =
    [
        .. Repository.FindFiles(".cs").Where(file => file.StartsWith($"{Ingest}/", StringComparison.Ordinal))
            .Select(file => (file[(Ingest.Length + 1)..].Split('/')[0], file, File.ReadAllText(Repository.PathOf(file)))),
    ];

    [Fact]
    public void The_folders_of_ingest_are_its_rooms() =>
        Files.Where(file => !file.Folder.EndsWith(".cs", StringComparison.Ordinal)).Select(file => file.Folder).Distinct()
            .ShouldBe(Rooms.Concat(Shared), ignoreOrder: true);

    [Fact]
    public void A_room_is_registered_by_one_method()
    {
        foreach (var room in Rooms)
        {
            var inRoom = Files.Where(file => file.Folder == room).ToList();
            inRoom.SelectMany(file => Registration().Matches(file.Text)).Select(match => match.Groups["name"].Value)
                .ShouldBe([$"Add{room}"], $"Register all of {room} in {room}Registration.cs.");
            Files.Single(file => file.Path == $"{Ingest}/{room}/{room}Registration.cs").Text
                .ShouldContain($"void Map{room}(this IEndpointRouteBuilder");
        }
    }

    [Fact]
    public void Background_services_are_in_their_room() =>
        Files.Where(file => file.Folder != "Background" && file.Text.Contains("BackgroundService", StringComparison.Ordinal))
            .Select(file => file.Path).ShouldBeEmpty();

    [GeneratedRegex(
        @"(public|internal) static \w+ (?<name>\w+)\(this IServiceCollection",
        RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Registration();
}
