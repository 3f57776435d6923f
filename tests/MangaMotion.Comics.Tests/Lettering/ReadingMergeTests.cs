using MangaMotion.Comics.Lettering;

namespace MangaMotion.Comics.Tests.Lettering;

public sealed class ReadingMergeTests
{
    [Theory]
    // Both read the same letters: tesseract has the spaces and marks.
    [InlineData("THELAMPIS", "THE LAMP IS", "THE LAMP IS", 1)]
    [InlineData("CATSIDEA", "CAT'S IDEA.", "CAT'S IDEA.", 1)]
    // They differ: the neural letters, with tesseract's spaces.
    [InlineData("FATHER!HECANNOT", "FATHER! HE CANNGT", "FATHER! HE CANNOT", 0.93)]
    [InlineData("THESEAIS", "THE SEA 15", "THE SEA IS", 0.75)]
    // Known errors of each reader.
    [InlineData("ITHINK", "| THINK", "I THINK", 1)]
    [InlineData("S0 MEL.", "SO MEL.", "SO MEL.", 1)]
    [InlineData("WEL..", "WELL...", "WELL...", 1)]
    [InlineData("MANAGER!", "MANAGER’", "MANAGER!", 1)]
    [InlineData("EWILL YOU", "WILL YOU", "WILL YOU", 0.88)]
    [InlineData("ELCOME", "WELCOME", "WELCOME", 0.86)]
    // The neural reader's own spaces stay, and tesseract's noise is ignored.
    [InlineData("UP THE STAIRS", "~~ -", "UP THE STAIRS", 0)]
    [InlineData("MEW?", "", "MEW?", 0)]
    // Full-width marks of the Chinese model.
    [InlineData("OHNO！", "OH NO!", "OH NO!", 1)]
    [InlineData("一下口", "", "", 0)]
    public void Letters_are_neural_and_spaces_are_tesseracts(string neural, string tesseract, string text, double agreement)
    {
        var merged = ReadingMerge.Merge(neural, tesseract, 0.9);

        merged.Text.ShouldBe(text);
        merged.Agreement.ShouldBe(agreement, 0.01);
    }
}
