namespace RestartLoad.Restarts;

/// <summary>How many restarts, how far apart, and how long each may take.</summary>
/// <param name="Count">0: none.</param>
/// <param name="Interval">From a predecessor's end to the next trigger.</param>
/// <param name="RestartTimeout">From the trigger to the first answer of the successor.</param>
/// <param name="DrainTimeout">From the trigger to the predecessor's end.</param>
/// <param name="ReportEvery">Take a <see cref="GenerationSnapshot"/> each time so many restarts are done; 0: never.</param>
internal sealed record RestartPlan(
    int Count, NumberRange Interval, TimeSpan RestartTimeout, TimeSpan DrainTimeout, int ReportEvery);
