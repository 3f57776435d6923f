using MangaMotion.Cli.Local;

namespace MangaMotion.Cli.Tests;

/// <summary>The program of the Debian package that the units and supervisor start for each process of a service.</summary>
public sealed class InstalledServiceTests : IDisposable
{
    /// <summary>
    /// Copies the program beside a dotnet that prints its address and its argument. The shell writes both, because a program that this
    /// process has just written may still be open for writing in another process that it starts.
    /// </summary>
    private const string Start =
        """
        set -e
        mkdir dotnet
        printf '#!/bin/sh\necho "$ASPNETCORE_URLS ${1#"$PWD"/}"\n' >dotnet/dotnet
        chmod +x dotnet/dotnet
        cp "$0" run
        unset ASPNETCORE_URLS
        exec ./run "$@"
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("mangamotion-test-").FullName;

    [Theory]
    [InlineData("http://127.0.0.1:8080 ingest/MangaMotion.Ingest.dll", "ingest")]
    [InlineData("http://127.0.0.1:8081 console/MangaMotion.Console.dll", "console")]
    [InlineData("http://127.0.0.1:8101 thumbnail/MangaMotion.Thumbnail.dll", "thumbnail", "1")]
    [InlineData("http://127.0.0.1:8209 records/MangaMotion.Records.dll", "records", "9")]
    [InlineData("http://127.0.0.1:8399 video/MangaMotion.VideoPipeline.dll", "video", "99")]
    public async Task A_service_is_started_on_the_port_of_its_number(string started, params string[] arguments) =>
        (await RunAsync(arguments)).ShouldBe((0, started));

    [Theory]
    [InlineData("'' is not the number of a worker of thumbnail: 1 to 99", "thumbnail")]
    [InlineData("'0' is not the number of a worker of thumbnail: 1 to 99", "thumbnail", "0")]
    [InlineData("'08' is not the number of a worker of video: 1 to 99", "video", "08")]
    [InlineData("'100' is not the number of a worker of records: 1 to 99", "records", "100")]
    [InlineData("'two' is not the number of a worker of records: 1 to 99", "records", "two")]
    [InlineData("'1;id' is not the number of a worker of video: 1 to 99", "video", "1;id")]
    [InlineData("'thumbnails' is not a service: ingest, console, thumbnail, records or video", "thumbnails", "1")]
    public async Task A_wrong_number_or_name_is_explained(string message, params string[] arguments) =>
        (await RunAsync(arguments)).ShouldBe((2, message));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task<(int ExitCode, string Output)> RunAsync(string[] arguments)
    {
        var program = Clone.Find()["deploy/debian/root/usr/lib/mangamotion/run"];
        var (exitCode, output) = await Tool.CaptureAsync(
            "sh", ["-c", Start, program, .. arguments], _folder, TestContext.Current.CancellationToken);
        return (exitCode, output.Trim());
    }
}
