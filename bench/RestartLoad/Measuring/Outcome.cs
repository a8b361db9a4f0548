namespace RestartLoad.Measuring;

/// <summary>What became of one request, as a client sees it that never tries again.</summary>
internal enum Outcome
{
    Ok,

    /// <summary>Nobody listens: ECONNREFUSED.</summary>
    Refused,

    /// <summary>The connection could not be made for another reason: TLS handshake, full backlog of a unix socket.</summary>
    ConnectFailed,

    /// <summary>RST, at any moment of the exchange.</summary>
    Reset,

    /// <summary>The connection ended in good order before the first byte of the answer.</summary>
    ClosedWithoutAnswer,

    /// <summary>The connection ended in the middle of the answer.</summary>
    Truncated,

    /// <summary>What came back is not HTTP, or not as HTTP wants it.</summary>
    Malformed,

    /// <summary>Any status but 200.</summary>
    WrongStatus,

    /// <summary>A complete answer with another body than the one asked for.</summary>
    WrongBody,

    /// <summary>No complete answer within the limit.</summary>
    Timeout,

    /// <summary>HTTP/2: RST_STREAM(REFUSED_STREAM), or GOAWAY with a last stream id below this stream's.</summary>
    RefusedStream,

    /// <summary>HTTP/2: the stream was reset, or its connection ended before the stream did.</summary>
    CutStream,

    Other,
}
