namespace MangaMotion.Comics.Script;

/// <summary>Rules that every cast keeps.</summary>
public static class CastRules
{
    /// <summary>Checks a cast, except the names of its voices, which the service knows.</summary>
    /// <returns>Errors; empty if the cast is valid.</returns>
    public static IEnumerable<ScriptError> Check(ScriptCast cast)
    {
        if (cast.Voices.Count > ScriptLimits.MaxCastVoices)
            yield return Error("voices", $"{cast.Voices.Count} voices; {ScriptLimits.MaxCastVoices} are allowed.");
        if (cast.Pronunciations.Count > ScriptLimits.MaxPronunciations)
            yield return Error("pronunciations", $"{cast.Pronunciations.Count} words; {ScriptLimits.MaxPronunciations} are allowed.");

        var speakers = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < cast.Voices.Count; i++)
        {
            if (cast.Voices[i] is not { } voice)
            {
                yield return Error($"voices[{i}]", "A voice must be an object, not null.");
                continue;
            }

            foreach (var error in CheckName($"voices[{i}].speaker", voice.Speaker, ScriptLimits.MaxSpeakerLength))
                yield return error;
            if (!speakers.Add(voice.Speaker))
                yield return Error($"voices[{i}].speaker", "Two voices are of this speaker.");
        }

        var words = new HashSet<(string Word, string? Language)>();
        for (var i = 0; i < cast.Pronunciations.Count; i++)
        {
            if (cast.Pronunciations[i] is not { } pronunciation)
            {
                yield return Error($"pronunciations[{i}]", "A pronunciation must be an object, not null.");
                continue;
            }

            foreach (var error in CheckPronunciation($"pronunciations[{i}]", pronunciation))
                yield return error;
            if (!words.Add((pronunciation.Word.ToUpperInvariant(), pronunciation.Language)))
                yield return Error($"pronunciations[{i}].word", "Two pronunciations are of this word in this language.");
        }
    }

    private static IEnumerable<ScriptError> CheckPronunciation(string field, Pronunciation pronunciation)
    {
        foreach (var error in CheckName($"{field}.word", pronunciation.Word, ScriptLimits.MaxPronunciationLength))
            yield return error;
        foreach (var error in CheckName($"{field}.say", pronunciation.Say, ScriptLimits.MaxPronunciationLength))
            yield return error;
        if (pronunciation.Language is not (null or "en" or "ja"))
            yield return Error($"{field}.language", "The language must be en or ja. Use null for all languages.");
    }

    /// <summary>A name or word begins and ends with no blank, and has a letter or digit, which a voice can say.</summary>
    private static IEnumerable<ScriptError> CheckName(string field, string text, int maxLength)
    {
        foreach (var error in ScriptRules.CheckText(null, field, text, maxLength))
            yield return error;
        if (text.Trim() != text || !text.Any(char.IsLetterOrDigit))
            yield return Error(field, "The text must have a letter or digit, and no blank at its start or end.");
    }

    private static ScriptError Error(string field, string message) => new(null, field, message);
}
