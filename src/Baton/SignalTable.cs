using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Baton.Processes;

namespace Baton;

/// <summary>
/// What each signal does. A signal that is not in the table keeps the default of the kernel, or of the host. A signal without a
/// name in <see cref="PosixSignal"/> is given by its number, and is the same as the named one of that number:
/// <c>(PosixSignal)12</c> is SIGUSR2 on Linux. Numbers work on Linux only. Not thread-safe.
/// </summary>
[SuppressMessage("Naming", "CA1710:Identifiers should have correct suffix", Justification = "people call it the signal table")]
public sealed class SignalTable : IEnumerable<KeyValuePair<PosixSignal, SignalAction>>
{
    // Arrays by number: generic dictionaries of these types would be compiled at every start.
    private readonly SignalAction?[] _actions = new SignalAction?[SignalNumber.Last + 1];

    internal SignalTable() => Use(SignalPreset.Default);

    /// <summary>The number of signals in the table.</summary>
    public int Count => Numbers.Length;

    internal PosixSignal[] Signals => Array.ConvertAll(Numbers, SignalNumber.ToPosix);

    internal int[] Numbers
    {
        get
        {
            var numbers = new List<int>();
            for (int number = 0; number < _actions.Length; number++)
            {
                if (_actions[number] is not null)
                {
                    numbers.Add(number);
                }
            }

            return [.. numbers];
        }
    }

    /// <summary>The action of a signal; null for a signal that is not in the table. Setting null removes it.</summary>
    /// <param name="signal">Any signal that can be caught and is not used by the runtime. The restarter checks this when it
    /// starts.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no signal of that number.</exception>
    public SignalAction? this[PosixSignal signal]
    {
        get => SignalNumber.Of(signal) is var number && number < _actions.Length ? _actions[number] : null;
        set => _actions[SignalNumber.Of(signal) is var number && number < _actions.Length
            ? number
            : throw new ArgumentOutOfRangeException(nameof(signal), signal, "There is no such signal.")] = value;
    }

    /// <summary>Replaces the whole table by a preset.</summary>
    /// <param name="preset">The preset.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such preset.</exception>
    /// <returns>This table.</returns>
    public SignalTable Use(SignalPreset preset)
    {
        if (!Enum.IsDefined(preset))
        {
            throw new ArgumentOutOfRangeException(nameof(preset), preset, $"There is no signal preset {preset}.");
        }

        Clear();
        Set(SignalAction.Shutdown, SignalNumber.SIGTERM, SignalNumber.SIGINT);
        if (preset is not (SignalPreset.Endless or SignalPreset.Trpc))
        {
            Set(SignalAction.Shutdown, SignalNumber.SIGQUIT);
        }

        switch (preset)
        {
            case SignalPreset.Default:
                Set(SignalAction.Restart, SignalNumber.SIGUSR2, SignalNumber.SIGHUP);
                break;
            case SignalPreset.GoFrame:
                Set(SignalAction.Restart, SignalNumber.SIGUSR1);
                break;
            case SignalPreset.Endless:
                Set(SignalAction.Restart, SignalNumber.SIGHUP);
                Set(SignalAction.Force, SignalNumber.SIGUSR2);
                Set(SignalAction.HookOnly, SignalNumber.SIGUSR1, SignalNumber.SIGTSTP);
                break;
            case SignalPreset.Trpc:
                Set(SignalAction.Restart, SignalNumber.SIGUSR2);
                break;
            case SignalPreset.Tableflip or SignalPreset.Tencent:
                Set(SignalAction.Restart, SignalNumber.SIGHUP);
                break;
        }

        return this;
    }

    /// <summary>Removes all signals: none restarts or shuts down.</summary>
    public void Clear() => Array.Clear(_actions);

    /// <summary>The signals and their actions, in the order of their numbers.</summary>
    /// <returns>The rows of the table.</returns>
    public IEnumerator<KeyValuePair<PosixSignal, SignalAction>> GetEnumerator() =>
        Numbers.Select(number => KeyValuePair.Create(SignalNumber.ToPosix(number), _actions[number]!.Value)).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The table as one line.</summary>
    /// <returns>Such as "SIGHUP: Restart, SIGTERM: Shutdown".</returns>
    public override string ToString() =>
        string.Join(", ", Numbers.Select(number => $"{SignalNumber.NameOf(number)}: {_actions[number]}"));

    private void Set(SignalAction action, params ReadOnlySpan<int> numbers)
    {
        foreach (int number in numbers)
        {
            _actions[number] = action;
        }
    }
}
