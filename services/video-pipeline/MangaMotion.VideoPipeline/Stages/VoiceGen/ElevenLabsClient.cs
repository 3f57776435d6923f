using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using MangaMotion.Comics.Script;
using MangaMotion.Film.Speech;

namespace MangaMotion.VideoPipeline.Stages.VoiceGen;

/// <summary>ElevenLabs' text to speech with timestamps: <c>POST /v1/text-to-speech/{voice}/with-timestamps</c>.</summary>
internal sealed class ElevenLabsClient(HttpClient http) : IDisposable
{
    private const string Address = "https://api.elevenlabs.io";

    public static ElevenLabsClient Create(string key, ElevenLabsOptions options)
    {
        var connections = new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5), AllowAutoRedirect = false };
        var retries = new RetryingHandler(options.Timeout, options.MaxRetries, TimeProvider.System) { InnerHandler = connections };
        var http = new HttpClient(retries)
        {
            BaseAddress = new Uri((options.BaseUrl ?? Address).TrimEnd('/') + "/"),
            Timeout = options.Deadline,
            MaxResponseContentBufferSize = 64 * 1024 * 1024,
        };
        http.DefaultRequestHeaders.Add("xi-api-key", key);
        return new ElevenLabsClient(http);
    }

    /// <returns>MP3, and the words with their times.</returns>
    /// <exception cref="HttpRequestException">The provider refused, or does not answer.</exception>
    /// <exception cref="JsonException">The answer has another form.</exception>
    public async Task<(byte[] Sound, IReadOnlyList<SpokenWord> Words)> SpeakAsync(
        string line, string voice, string model, CancellationToken cancellationToken)
    {
        var address = $"v1/text-to-speech/{Uri.EscapeDataString(voice)}/with-timestamps?output_format=mp3_44100_128";
        using var response = await http.PostAsJsonAsync(address, new Request(line, model), cancellationToken);
        response.EnsureSuccessStatusCode();
        var answer = await response.Content.ReadFromJsonAsync<Answer>(ProviderOptions.Json, cancellationToken)
            ?? throw new JsonException("The answer is null.");
        return (Convert.FromBase64String(answer.Audio), answer.Alignment is { } alignment ? JoinWords(alignment) : []);
    }

    public void Dispose() => http.Dispose();

    /// <summary>Joins characters to words. A word ends at white space, and in Japanese before the next character that is spoken.</summary>
    private static List<SpokenWord> JoinWords(Alignment alignment)
    {
        var words = new List<SpokenWord>();
        var (text, start, end) = (new StringBuilder(), 0.0, 0.0);
        for (var i = 0; i < Math.Min(alignment.Characters.Count, Math.Min(alignment.Starts.Count, alignment.Ends.Count)); i++)
        {
            var character = alignment.Characters[i];
            var blank = string.IsNullOrWhiteSpace(character);
            if (blank || (text.Length > 0 && Letters.IsJapanese(character[0])))
                Finish();
            if (blank)
                continue;
            if (text.Length == 0)
                start = alignment.Starts[i];
            (_, end) = (text.Append(character), alignment.Ends[i]);
        }

        Finish();
        return words;

        void Finish()
        {
            if (text.Length > 0)
                words.Add(new SpokenWord(text.ToString(), start, Math.Max(start, end)));
            text.Clear();
        }
    }

    private sealed record Request(
        [property: JsonPropertyName("text")] string Text,
        [property: JsonPropertyName("model_id")] string Model);

    private sealed record Answer(
        [property: JsonPropertyName("audio_base64"), JsonRequired] string Audio,
        [property: JsonPropertyName("alignment")] Alignment? Alignment);

    private sealed record Alignment(
        [property: JsonPropertyName("characters"), JsonRequired] IReadOnlyList<string> Characters,
        [property: JsonPropertyName("character_start_times_seconds"), JsonRequired] IReadOnlyList<double> Starts,
        [property: JsonPropertyName("character_end_times_seconds"), JsonRequired] IReadOnlyList<double> Ends);
}
