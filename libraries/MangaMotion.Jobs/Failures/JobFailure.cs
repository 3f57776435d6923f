using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace MangaMotion.Jobs.Failures;

/// <summary>What is recorded of an attempt that failed.</summary>
/// <param name="Permanent">Whether trying again is pointless.</param>
/// <param name="Code">Stable, for programs.</param>
/// <param name="Message">For the owner.</param>
/// <param name="ErrorClass">The exception's type.</param>
/// <param name="Details">The whole exception with its stack, for the operator.</param>
/// <param name="Fingerprint">The same for failures of one cause: exception types and the first frame of our own.</param>
public sealed partial record JobFailure(bool Permanent, string Code, string Message, string ErrorClass, string Details, string Fingerprint)
{
    /// <summary>Longer messages are cut: a tool's whole output does not belong into a status answer.</summary>
    private const int MessageLength = 1_000;

    private const int DetailsLength = 64_000;

    private const int ToolOutputLength = 16_000;

    /// <summary>For the operator, where a tool failed: its command line, its exit and the end of its stderr.</summary>
    public string? ToolOutput { get; private init; }

    public static JobFailure From(Exception exception)
    {
        var permanent = exception as PermanentJobException;
        var passing = exception as TransientJobException;
        return new(
            permanent is not null,
            permanent?.Code ?? passing?.Code ?? "temporary_failure",
            Text(exception.Message, MessageLength),
            CauseOf(exception).GetType().FullName!,
            Text(exception.ToString(), DetailsLength),
            FingerprintOf(exception))
        {
            ToolOutput = (permanent?.ToolOutput ?? passing?.ToolOutput) is { } output ? Text(output, ToolOutputLength) : null,
        };
    }

    /// <summary>The worker that ran the job died each time.</summary>
    public static JobFailure Poison(int crashes) => new(
        Permanent: true,
        "poison",
        $"The worker died {crashes} times while it worked on this, so it is not tried again.",
        "WorkerCrash",
        $"The lease lapsed {crashes} times without a result: the worker was killed or crashed in mid-attempt. Its log and the kernel's log tell why.",
        Hash("WorkerCrash"));

    /// <summary>The exception that says what went wrong, where one was wrapped for the owner's sake.</summary>
    private static Exception CauseOf(Exception exception) => exception is TransientJobException { InnerException: { } cause } ? cause : exception;

    private static string FingerprintOf(Exception exception)
    {
        var text = new StringBuilder();
        for (var cause = exception; cause is not null; cause = cause.InnerException)
            text.Append(cause.GetType().FullName).Append('\n');
        if (exception is PermanentJobException permanent)
            text.Append(permanent.Code).Append('\n');
        text.Append(FirstOwnFrame(exception));
        return Hash(text.ToString());
    }

    private static string? FirstOwnFrame(Exception exception) =>
        new StackTrace(exception).GetFrames()
            .Select(frame => frame.GetMethod())
            .Where(method => method?.DeclaringType?.FullName?.StartsWith("MangaMotion.", StringComparison.Ordinal) == true)
            .Select(method => Generated().Replace($"{method!.DeclaringType!.FullName}.{method.Name}", ">"))
            .FirstOrDefault();

    /// <summary>The compiler numbers the types of async methods and lambdas; an edit elsewhere in the file would part a group.</summary>
    [GeneratedRegex(">[a-z]__[A-Za-z0-9_|]+", RegexOptions.NonBacktracking)]
    private static partial Regex Generated();

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 8));

    // Postgres stores no null characters in text, and no half of a surrogate pair, which a cut leaves, too.
    internal static string Text(string text, int length)
    {
        var cut = text.Length <= length ? text : string.Concat(text.AsSpan(0, length), "…");
        return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(cut)).Replace('\0', '\uFFFD');
    }
}
