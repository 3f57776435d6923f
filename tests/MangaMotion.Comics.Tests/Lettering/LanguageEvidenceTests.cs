using MangaMotion.Comics.Lettering;

namespace MangaMotion.Comics.Tests.Lettering;

public sealed class LanguageEvidenceTests
{
    [Theory]
    [InlineData(0, 0, null, false)]
    [InlineData(9, 0, null, false)] // a title on a cover
    [InlineData(40, 0, "en", false)]
    [InlineData(80, 2, "en", true)]
    [InlineData(10, 40, "ja", true)]
    [InlineData(3, 12, "ja", false)]
    [InlineData(50, 25, null, false)] // as many of both
    public void The_language_with_clearly_more_letters_is_that_of_the_chapter(int english, int japanese, string? language, bool clear)
    {
        var evidence = new LanguageEvidence(english, japanese);

        evidence.Language.ShouldBe(language);
        evidence.IsClear.ShouldBe(clear);
    }

    [Fact]
    public void Confidence_grows_with_the_letters_and_falls_with_those_of_the_other_language()
    {
        new LanguageEvidence(30, 0).Confidence.ShouldBe(0.5);
        new LanguageEvidence(0, 100).Confidence.ShouldBe(1);
        (new LanguageEvidence(60, 5) + new LanguageEvidence(20, 5)).Confidence.ShouldBe(0.8);
    }
}
