using FFMpegCore;
using MangaMotion.Cli.Demo;

namespace MangaMotion.Cli.Tests;

/// <summary>The sample images of <c>demo</c>, as another reader sees them.</summary>
public sealed class SampleImagesTests
{
    [Fact]
    public async Task The_good_samples_are_images_and_the_bad_ones_are_not()
    {
        var folder = Directory.CreateTempSubdirectory("mangamotion-samples-");
        try
        {
            var samples = await SampleImages.DrawAsync(folder.FullName, CancellationToken.None);

            foreach (var sample in samples.SkipLast(SampleImages.BadCount))
                FFProbe.Analyse(sample).PrimaryVideoStream.ShouldNotBeNull(sample).Width.ShouldNotBeNull().ShouldBeGreaterThan(400, sample);
            File.ReadAllText(samples[^2]).ShouldStartWith("This is a text file");
            new FileInfo(samples[^1]).Length.ShouldBe(20_000);
            folder.GetFiles().Select(file => file.FullName).ShouldBe(samples, ignoreOrder: true);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
