using System.Text.Json;
using MangaMotion.Media.Images;

namespace MangaMotion.Media.Tests;

public sealed class ChosenVariantsTests
{
    [Fact]
    public void Omitted_members_have_the_defaults_of_the_format()
    {
        var parsed = ChosenVariants.Parse(JsonElement.Parse(
            """[{"name":"a","longest_side":16},{"name":"b","longest_side":4096,"format":"avif","fit":"crop","quality":null}]"""));

        parsed.ShouldBe(
        [
            new("a", 16) { Format = ImageFormat.Jpeg, Fit = ImageFit.Contain, Quality = 80 },
            new("b", 4096) { Format = ImageFormat.Avif, Fit = ImageFit.Crop, Quality = 50 },
        ]);
    }

    [Theory]
    [InlineData("""[{"name":"a","longest_side":15}]""", "variants[0].longest_side must be a whole number from 16 to 4096.")]
    [InlineData("""[{"name":"a","longest_side":4097}]""", "variants[0].longest_side must be a whole number from 16 to 4096.")]
    [InlineData("""[{"name":"a"}]""", "variants[0] has no 'longest_side', which is required.")]
    [InlineData("""[{"longest_side":64}]""", "variants[0] has no 'name', which is required.")]
    [InlineData(
        """[{"name":"A b","longest_side":64}]""",
        "variants[0].name must be 1 to 32 lower-case letters, digits or '-', beginning with a letter or digit.")]
    [InlineData("""[{"name":"a","longest_side":64,"format":"gif"}]""", "variants[0].format must be one of jpeg, webp, avif.")]
    [InlineData("""[{"name":"a","longest_side":64,"fit":"fill"}]""", "variants[0].fit must be one of contain, crop.")]
    [InlineData("""[{"name":"a","longest_side":64,"quality":0}]""", "variants[0].quality must be a whole number from 1 to 100.")]
    [InlineData(
        """[{"name":"a","longest_side":64,"size":1}]""", "variants[0] has no 'size'; known are name, longest_side, format, fit, quality.")]
    [InlineData("""[{"name":"a","longest_side":64},{"name":"a","longest_side":65}]""", "variants has two entries with the name 'a'")]
    [InlineData("{}", "variants must be a JSON array")]
    [InlineData("[1]", "variants[0] must be an object")]
    public void An_invalid_set_is_rejected_with_the_allowed_values(string variants, string reason) =>
        Should.Throw<FormatException>(() => ChosenVariants.Parse(JsonElement.Parse(variants))).Message.ShouldContain(reason);
}
