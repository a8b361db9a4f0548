namespace Baton.Handover;

/// <summary>The processes of the service that only finish their work, as the lifecycle sees them. A seam for tests.</summary>
internal interface IOlderGenerations
{
    /// <summary>Confirms a successor, and gives it the channels to them.</summary>
    void PassOn(ISuccessor successor);

    /// <summary>Has the oldest ones cut their work and end, until at most so many are left.</summary>
    void ForceDownTo(int most, RestartTrigger trigger);

    /// <summary>A successor was rolled back, and finishes its work.</summary>
    void Add(DepartingProcess returned);

    /// <summary>It has ended.</summary>
    void Gone(DepartingProcess returned);
}
