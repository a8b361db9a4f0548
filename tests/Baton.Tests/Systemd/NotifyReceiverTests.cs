using System.Globalization;
using Baton.Interop;
using Baton.Processes;
using Baton.Systemd;

namespace Baton.Tests.Systemd;

/// <summary>The messages of a service as <c>baton run</c> gets them.</summary>
public sealed class NotifyReceiverTests : IDisposable
{
    private readonly NotifyReceiver _receiver = new();

    public void Dispose() => _receiver.Dispose();

    [Fact]
    public void Receive_MessagesOfOurOwn_HaveTextSenderAndDescriptors()
    {
        NotifySocket socket = NotifySocket.Parse(_receiver.Address, out _)!;
        (Descriptor reader, Descriptor writer) = Pipe.Create();
        using (reader)
        using (writer)
        {
            Assert.Equal(0, socket.TrySend("READY=1\nSTATUS=serves", descriptor: null));
            Assert.Equal(0, socket.TrySend("FDSTORE=1", writer));
        }

        NotifyReceiver.Message first = _receiver.Receive()!, second = _receiver.Receive()!;
        Assert.Equal((Environment.ProcessId, "READY=1\nSTATUS=serves"), (first.Sender, first.Text));
        Assert.Empty(first.Descriptors);
        using Descriptor passed = Assert.Single(second.Descriptors);
        Assert.Equal(Libc.FD_CLOEXEC, Libc.fcntl(passed.Number, Libc.F_GETFD, 0));
        Assert.Null(_receiver.Receive());
    }

    [Theory]
    [InlineData("")]
    [InlineData("4711")]
    [InlineData("x:1")]
    [InlineData("-1:1")]
    [InlineData("4711:1:1")]
    public void RunParent_NonsenseInTheVariable_IsNone(string told)
    {
        Environment.SetEnvironmentVariable(RunParent.Variable, told);
        Assert.Null(RunParent.Find());
        Assert.Null(Environment.GetEnvironmentVariable(RunParent.Variable));
    }

    [Fact]
    public void RunParent_AnotherProcessOfItsPid_HasEnded()
    {
        Environment.SetEnvironmentVariable(RunParent.Variable, string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}:1"));
        Assert.True(RunParent.Find()!.IsGone);
        Environment.SetEnvironmentVariable(RunParent.Variable, RunParent.Describe());
        RunParent own = RunParent.Find()!;
        Assert.Equal((Environment.ProcessId, false, false), (own.Pid, own.IsGone, own.IsParent));
    }

    [Fact]
    public void ProcessFacts_OfThisProcess_AreThoseOfTheKernel()
    {
        int parent = Libc.getppid();
        Assert.Equal(parent, ProcessFacts.ParentOf(Environment.ProcessId));
        Assert.True(ProcessFacts.Descends(Environment.ProcessId, parent));
        Assert.False(ProcessFacts.Descends(parent, Environment.ProcessId));
        Assert.Null(ProcessFacts.ParentOf(int.MaxValue));
        Assert.False(ProcessFacts.Handles(int.MaxValue, SignalNumber.SIGTERM));

        // The runtime always handles SIGSEGV, and others only when something needs them.
        Assert.True(ProcessFacts.Handles(Environment.ProcessId, signal: 11));
    }
}
