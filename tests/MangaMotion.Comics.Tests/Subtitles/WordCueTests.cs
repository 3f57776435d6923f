using MangaMotion.Comics.Subtitles;

namespace MangaMotion.Comics.Tests.Subtitles;

public sealed class WordCueTests
{
    [Fact]
    public void Each_word_is_a_cue_with_the_words_beside_it()
    {
        TimedWord[] words = [new("Who", 1, 1.2), new("put", 1.2, 1.5), new("out", 1.5, 2), new("the", 2, 2.1), new("light?", 2.1, 3)];

        WordCue.SplitLine(words, until: 10, lineCells: 18).Select(cue => (cue.Text, cue.SpokenAt, cue.SpokenLength, cue.Start, cue.End))
            .ShouldBe(
            [
                ("Who put out", 0, 3, 1, 1.2), ("Who put out", 4, 3, 1.2, 1.5), ("Who put out", 8, 3, 1.5, 2),
                ("the light?", 0, 3, 2, 2.1), ("the light?", 4, 6, 2.1, 3.5),
            ]);
    }

    [Fact]
    public void No_two_cues_are_shown_at_one_time_even_if_a_voice_says_that_words_overlap()
    {
        TimedWord[] words = [new("No,", 0, 0.6), new("no,", 0.4, 1.3), new("no!", 0.9, 1.2)];

        WordCue.SplitLine(words, until: 1.1, lineCells: 18).Select(cue => (cue.Start, cue.End))
            .ShouldBe([(0, 0.4), (0.4, 0.9), (0.9, 1.1)]);
        SubtitleCue.SplitLine(words, until: 1.1, lineCells: 3).Select(cue => (cue.Text, cue.Start, cue.End))
            .ShouldBe([("No,\nno,", 0, 0.9), ("no!", 0.9, 1.1)]);
    }
}
