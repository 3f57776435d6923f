namespace MangaMotion.Api;

/// <summary>The key of a request: what it may do, and how much of its quotas its owner has used.</summary>
/// <param name="First">True for the key of MANGAMOTION_API_KEY, which sees all owners and creates keys for every owner.</param>
/// <param name="Version">Version of the service.</param>
public sealed record Me(
    Guid KeyId, string Name, Guid OwnerId, [property: Values(typeof(Scopes))] IReadOnlyList<string> Scopes, bool First, string Version,
    RequestLimits Limits, QuotaUse Quota);

/// <summary>Limits of one request, and the types of files that are read.</summary>
/// <param name="MaxFiles">Files in one request.</param>
/// <param name="MaxFileBytes">Length of one file in bytes.</param>
/// <param name="MaxRequestBytes">Length of one request in bytes.</param>
/// <param name="MaxFieldBytes">Length of one form field in bytes.</param>
/// <param name="MaxOpenUploads">Direct uploads of one owner that no ingest refers to yet.</param>
/// <param name="MaxWaitSeconds">Longest wait by <c>Prefer: wait=N</c>.</param>
/// <param name="MediaTypes">Media types of the files that are read; what a file is, is decided by its first bytes.</param>
public sealed record RequestLimits(
    int MaxFiles, long MaxFileBytes, long MaxRequestBytes, int MaxFieldBytes, int MaxOpenUploads, double MaxWaitSeconds,
    IReadOnlyList<string> MediaTypes);

/// <summary>Quotas of an owner; a null limit is not set, and then the use is not counted.</summary>
/// <param name="OutstandingJobs">Jobs that wait or run.</param>
/// <param name="BytesToday">Bytes stored today (UTC); null if no limit is set.</param>
public sealed record QuotaUse(
    int? MaxRequestsPerSecond, int? MaxOutstandingJobs, long OutstandingJobs, long? MaxBytesPerDay, long? BytesToday);

/// <summary>Voices that a video can name.</summary>
public sealed record VoiceList(IReadOnlyList<Voice> Voices);

/// <param name="Name">Value of the field <c>voice</c>.</param>
/// <param name="Languages">Languages that the voice speaks, the best first.</param>
/// <param name="Engine">Program that speaks.</param>
public sealed record Voice(string Name, [property: Values(typeof(FoundLanguages))] IReadOnlyList<string> Languages, string Engine);
