using System.Net.Sockets;
using Baton.Control;

namespace Baton.Cli.Tests.Support;

/// <summary>A scripted service on a real socket, speaking the control protocol by the codec of the core.</summary>
internal sealed class FakeService : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _end = new();
    private readonly List<ControlRequest> _requests = [];
    private readonly CancellationTokenSource _paused = new();
    private readonly Task _serving;
    private int _changeAt = -1;
    private Action _change = () => { };

    /// <param name="directory">Of the socket.</param>
    /// <param name="status">What it says.</param>
    /// <param name="file">The name of the socket; that of the service if it is null.</param>
    /// <param name="user">Who listens; null for the user of the test.</param>
    /// <param name="backlog">How many connections may wait.</param>
    internal FakeService(string directory, RestartStatus status, string? file = null, uint? user = null, int backlog = 100)
    {
        Status = status;
        Socket = Path.Combine(directory, $"{file ?? status.Name}.sock");
        AsUser.Run(user, () =>
        {
            _listener.Bind(new UnixDomainSocketEndPoint(Socket));
            _listener.Listen(backlog);
        });
        _serving = ServeAsync();
    }

    internal string Socket { get; }

    /// <summary>What it says of itself; a story may change it.</summary>
    internal RestartStatus Status { get; set; }

    /// <summary>What it answers to anything but status.</summary>
    internal Func<ControlRequest, FakeAnswers, Task> Story { get; set; } = (_, answers) => answers.EndAsync();

    /// <summary>Whether it takes connections and says nothing, like a stopped process.</summary>
    internal bool IsSilent { get; init; }

    /// <summary>Whether it does so from now on.</summary>
    internal bool Hangs { get; set; }

    /// <summary>Everything that was asked but the status.</summary>
    internal IReadOnlyList<ControlRequest> Requests => _requests;

    internal int StatusAsked { get; private set; }

    /// <summary>Changes something when the status has been asked so often again.</summary>
    internal void AfterStatus(int times, Action change) => (_changeAt, _change) = (StatusAsked + times, change);

    /// <summary>Takes no connection any more, and goes on listening.</summary>
    internal void Pause() => _paused.Cancel();

    internal void StopListening() => _listener.Dispose();

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _paused.CancelAsync();
        _listener.Dispose();
        await _serving;
        _end.Dispose();
        _paused.Dispose();
    }

    private async Task ServeAsync()
    {
        var conversations = new List<Task>();
        try
        {
            while (true)
            {
                conversations.Add(AnswerAsync(await _listener.AcceptAsync(_paused.Token)));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(conversations);
        }
    }

    private async Task AnswerAsync(Socket socket)
    {
        using var stream = new NetworkStream(socket, ownsSocket: true);
        using var reader = new StreamReader(stream);
        try
        {
            if (IsSilent || Hangs || await reader.ReadLineAsync(_end.Token) is not { } line)
            {
                await Task.Delay(IsSilent || Hangs ? Timeout.Infinite : 0, _end.Token);
                return;
            }

            var answers = new FakeAnswers(stream, _end.Token);
            ControlRequest request = ControlCodec.DecodeRequest(System.Text.Encoding.UTF8.GetBytes(line));
            if (request.Command == ControlCommand.Status)
            {
                if (++StatusAsked == _changeAt)
                {
                    _change();
                }

                await answers.SayAsync(new ControlAnswer.Status(Status));
                await answers.EndAsync();
                return;
            }

            lock (_requests)
            {
                _requests.Add(request);
            }

            await Story(request, answers);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The client has gone, or the test is over.
        }
    }
}

/// <summary>The lines that a fake service says.</summary>
internal sealed class FakeAnswers(Stream stream, CancellationToken end)
{
    internal CancellationToken TestIsOver => end;

    internal async Task SayAsync(params IEnumerable<ControlAnswer> answers)
    {
        foreach (ControlAnswer answer in answers)
        {
            await stream.WriteAsync(ControlCodec.Encode(answer), end);
        }
    }

    internal Task EndAsync(string? failure = null, string explanation = "") => SayAsync(new ControlAnswer.End(Samples.Failure(failure), explanation));
}
