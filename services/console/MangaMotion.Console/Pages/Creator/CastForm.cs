using System.Security.Cryptography;
using System.Text.Json;
using MangaMotion.Api;
using MangaMotion.Client;
using MangaMotion.Console.Pages.Shared;
using Microsoft.AspNetCore.Http.HttpResults;

namespace MangaMotion.Console.Pages.Creator;

/// <summary>The form of a collection's cast.</summary>
internal static class CastForm
{
    /// <summary>Field with the version of the cast that the form shows.</summary>
    public const string VersionField = "version";

    public const string SpeakerField = "speaker";
    public const string VoiceField = "voice";
    public const string WordField = "word";
    public const string SayField = "say";
    public const string LanguageField = "language";

    public static void MapCastForm(this IEndpointRouteBuilder app) => app.MapPost("/collections/{slug}/cast", SaveAsync);

    /// <summary>Reads the cast of a collection; an empty one if it has none.</summary>
    public static async Task<CollectionCast> ReadAsync(
        MangaMotionClient client, string collection, CancellationToken cancellationToken = default)
    {
        try
        {
            return await client.GetCollectionCastAsync(collection, cancellationToken);
        }
        catch (MangaMotionException missing) when (missing.Problem.Code == "no_cast")
        {
            return new();
        }
    }

    /// <summary>Creates a hash by which a change of the cast is noticed.</summary>
    public static string CreateVersion(CollectionCast cast) =>
        Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(cast)).AsSpan(0, 12));

    private static async Task<IResult> SaveAsync(string slug, HttpContext context, MangaMotionClient client)
    {
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var stored = await ReadAsync(client, slug, context.RequestAborted);
        var edited = ReadCast(form);
        if (CreateVersion(stored) != form[VersionField])
            return Show(context, new(edited, stored), StatusCodes.Status409Conflict);
        try
        {
            await client.SetCollectionCastAsync(slug, edited, context.RequestAborted);
            return Answers.Go($"{Routes.Cast(slug)}?{Note.Parameter}={Note.CastSaved}");
        }
        catch (MangaMotionException refused) when (refused.Problem.Status is StatusCodes.Status400BadRequest)
        {
            return Show(context, new(edited, stored, Failure.Describe(refused)), StatusCodes.Status400BadRequest);
        }
    }

    /// <summary>Reads the entries of the form. An entry without a speaker or word is left out.</summary>
    private static CollectionCast ReadCast(IFormCollection form) => new()
    {
        Voices = [.. Read(form, SpeakerField).Zip(Read(form, VoiceField), (speaker, voice) => new CollectionVoice(speaker, voice))
            .Where(entry => entry.Speaker.Length > 0)],
        Pronunciations = [.. Read(form, WordField).Zip(Read(form, SayField), Read(form, LanguageField))
            .Select(entry => new CollectionPronunciation(entry.First, entry.Second, entry.Third.Length > 0 ? entry.Third : null))
            .Where(entry => entry.Word.Length > 0)],
    };

    private static IEnumerable<string> Read(IFormCollection form, string field) => form[field].Select(value => (value ?? "").Trim());

    /// <summary>Renders the page of this address with the submitted form.</summary>
    private static RazorComponentResult<App> Show(HttpContext context, SubmittedCast submitted, int status)
    {
        context.Features.Set(submitted);
        return new() { StatusCode = status, PreventStreamingRendering = true };
    }
}

/// <summary>A form of a cast that was not saved. Its page shows it again.</summary>
/// <param name="Stored">Cast as it is saved.</param>
/// <param name="Failure">Reason why the API refused it; null if another person changed the cast meanwhile.</param>
internal sealed record SubmittedCast(CollectionCast Edited, CollectionCast Stored, Failure? Failure = null);
