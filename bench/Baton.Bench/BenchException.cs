namespace Baton.Bench;

/// <summary>Nothing could be measured; the message says what is missing or what a service did instead.</summary>
internal sealed class BenchException(string message, Exception? inner = null) : Exception(message, inner);
