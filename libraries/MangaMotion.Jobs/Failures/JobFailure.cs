using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace MangaMotion.Jobs.Failures;

/// <summary>Record of an attempt that failed.</summary>
/// <param name="Permanent">Whether a retry cannot help.</param>
/// <param name="Code">Stable name for programs.</param>
/// <param name="Message">Message for the owner, at most 1,000 characters.</param>
/// <param name="ErrorClass">Type of the exception.</param>
/// <param name="Details">Exception with its stack trace, for the operator, at most 64,000 characters.</param>
/// <param name="Fingerprint">
/// Equal for failures of one cause: a hash of the exception types and the first stack frame in MangaMotion.
/// </param>
public sealed partial record JobFailure(bool Permanent, string Code, string Message, string ErrorClass, string Details, string Fingerprint)
{
    /// <summary>Longest message in characters; the whole output of a tool does not belong in a status answer.</summary>
    private const int MessageLength = 1_000;

    private const int DetailsLength = 64_000;

    private const int ToolOutputLength = 16_000;

    /// <inheritdoc cref="TransientJobException.ToolOutput"/>
    public string? ToolOutput { get; private init; }

    public static JobFailure From(Exception exception)
    {
        var permanent = exception as PermanentJobException;
        var transient = exception as TransientJobException;
        return new(
            permanent is not null,
            permanent?.Code ?? transient?.Code ?? "temporary_failure",
            Truncate(exception.Message, MessageLength),
            FindCause(exception).GetType().FullName!,
            Truncate(exception.ToString(), DetailsLength),
            ComputeFingerprint(exception))
        {
            ToolOutput = (permanent?.ToolOutput ?? transient?.ToolOutput) is { } output ? Truncate(output, ToolOutputLength) : null,
        };
    }

    /// <summary>Creates the failure of a job whose worker died in each of <paramref name="crashes"/> starts.</summary>
    public static JobFailure Poison(int crashes) => new(
        Permanent: true,
        "poison",
        $"The worker stopped unexpectedly {crashes} times while processing this file, so it will not be retried. Contact the operator.",
        "WorkerCrash",
        $"The lease lapsed {crashes} times without a result: the worker was killed or crashed. See its log and the kernel log.",
        Hash("WorkerCrash"));

    /// <summary>Returns the cause of an exception that only adds a message for the owner.</summary>
    private static Exception FindCause(Exception exception) =>
        exception is TransientJobException { InnerException: { } cause } ? cause : exception;

    private static string ComputeFingerprint(Exception exception)
    {
        var text = new StringBuilder();
        for (var cause = exception; cause is not null; cause = cause.InnerException)
            text.Append(cause.GetType().FullName).Append('\n');
        if (exception is PermanentJobException permanent)
            text.Append(permanent.Code).Append('\n');
        text.Append(FindFirstOwnFrame(exception));
        return Hash(text.ToString());
    }

    private static string? FindFirstOwnFrame(Exception exception) =>
        new StackTrace(exception).GetFrames()
            .Select(frame => frame.GetMethod())
            .Where(method => method?.DeclaringType?.FullName?.StartsWith("MangaMotion.", StringComparison.Ordinal) == true)
            .Select(method => Generated().Replace($"{method!.DeclaringType!.FullName}.{method.Name}", ">"))
            .FirstOrDefault();

    /// <summary>Names that the compiler numbers (async methods, lambdas); an edit elsewhere in the file must not split a group.</summary>
    [GeneratedRegex(">[a-z]__[A-Za-z0-9_|]+", RegexOptions.NonBacktracking)]
    private static partial Regex Generated();

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 8));

    // Postgres stores neither null characters in text nor unpaired surrogates, which cutting can produce.
    internal static string Truncate(string text, int length)
    {
        var cut = text.Length <= length ? text : string.Concat(text.AsSpan(0, length), "…");
        return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(cut)).Replace('\0', '\uFFFD');
    }
}
