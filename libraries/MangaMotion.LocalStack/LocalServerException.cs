namespace MangaMotion.LocalStack;

/// <summary>A local server could not be started; the message says which, why, and where its log is.</summary>
public sealed class LocalServerException(string message, Exception? inner = null) : Exception(message, inner);
