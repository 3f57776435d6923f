namespace MangaMotion.LocalStack;

/// <summary>Thrown if a local server cannot be started. The message has the server, the cause and the log.</summary>
public sealed class LocalServerException(string message, Exception? inner = null) : Exception(message, inner);
