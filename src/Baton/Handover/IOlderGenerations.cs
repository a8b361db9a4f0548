namespace Baton.Handover;

/// <summary>The departing processes of the service. A seam for tests.</summary>
internal interface IOlderGenerations
{
    /// <summary>Confirms a successor, and passes it the channels to them.</summary>
    void PassOn(ISuccessor successor);

    /// <summary>Makes the oldest ones cut their work and end, until at most the given number is left.</summary>
    void ForceDownTo(int most, RestartTrigger trigger);

    /// <summary>A successor was rolled back, and finishes its work.</summary>
    void Add(DepartingProcess returned);

    /// <summary>It has ended.</summary>
    void Gone(DepartingProcess returned);
}
