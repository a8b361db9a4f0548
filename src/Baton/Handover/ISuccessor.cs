namespace Baton.Handover;

/// <summary>A successor that was started, as the lifecycle sees it. Nothing here blocks for longer than the handshake limit.</summary>
internal interface ISuccessor
{
    int Pid { get; }

    /// <summary>Tells it to serve.</summary>
    /// <exception cref="RestartException">It could not be told.</exception>
    void Commit();

    /// <summary>Tells it that it will not take over, as far as it can be told.</summary>
    void Refuse(string reason);

    void Kill();
}
