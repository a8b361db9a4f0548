using System.Runtime.InteropServices;
using Baton.Processes;

namespace Baton.Lifecycle;

/// <summary>
/// Who asks for something. Whether that is a signal is known from where it came, not from the text: an application may call
/// itself <c>quit</c>.
/// </summary>
/// <param name="Words">For people.</param>
/// <param name="Signal">The signal that this process got; null if it was none.</param>
internal readonly record struct Trigger(string Words, PosixSignal? Signal = null)
{
    internal static Trigger Of(PosixSignal signal) => new(SignalNumber.NameOf(signal), signal);

    public static implicit operator Trigger(string words) => new(words);

    public override string ToString() => Words;
}
