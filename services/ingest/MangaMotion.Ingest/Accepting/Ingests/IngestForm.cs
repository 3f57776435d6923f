namespace MangaMotion.Ingest.Accepting.Ingests;

/// <summary>The parts of the multipart request, for the OpenAPI document; they are read one by one as they arrive.</summary>
internal sealed record IngestForm
{
    /// <summary>The files, each a part of this name with a filename.</summary>
    public IFormFileCollection? Files { get; init; }

    /// <summary>JSON records to store: an array, one object, or one object a line.</summary>
    public IFormFile? Payload { get; init; }

    /// <summary>Groups ingests: 1 to 64 lower-case letters, digits, '-' or '_'.</summary>
    public string? Collection { get; init; }

    /// <summary>high, normal or low.</summary>
    public string? Priority { get; init; }

    /// <summary>Nothing starts before this time; without an offset it is UTC.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>An http or https URL that is told of the end of the ingest.</summary>
    public Uri? CallbackUrl { get; init; }

    /// <summary>A JSON object: how derivatives are made.</summary>
    public string? Params { get; init; }
}
