using System.Net;
using System.Net.Sockets;
using Baton.Interop;
using Baton.Resources;
using Baton.Tests.Support;
using Microsoft.Win32.SafeHandles;

namespace Baton.Tests.Resources;

/// <summary>C3, C4, C6: files, pipes and connections that go over by name.</summary>
public sealed class HandleTests : IDisposable
{
    private readonly RegistryFixture _fixture = new();
    private readonly HandleRegistry _handles;

    public HandleTests() => _handles = new HandleRegistry(_fixture.Registry.Resources);

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void Take_AFile_GoesOnWhereThePredecessorWasAndIsPassedOnAgain()
    {
        using SafeFileHandle file = File.OpenHandle("/proc/self/stat");
        _handles.Pass("log", file);
        HandleRegistry successor = Succeed(_fixture.Registry, out SocketRegistry registry);
        Assert.Equal(["log"], successor.Untaken);

        using SafeFileHandle taken = successor.Take("log")!;
        Assert.Equal(OpenFiles.Target((int)file.DangerousGetHandle()), OpenFiles.Target((int)taken.DangerousGetHandle()));
        Assert.True(OpenFiles.IsCloseOnExec((int)taken.DangerousGetHandle()));
        Assert.Null(successor.Take("log"));
        Assert.Empty(successor.Untaken);

        using SafeFileHandle later = Succeed(registry, out _).Take("log")!;
        Assert.False(later.IsInvalid);
    }

    [Fact]
    public void Take_OfAFirstGeneration_IsNull() => Assert.Null(_handles.Take("log"));

    // tableflip's leak: the copy of the registry must not keep a connection open.
    [Fact]
    public void Pass_AConnectionThatTheApplicationCloses_EndsAtOnceAndIsNotPassedOn()
    {
        (Socket client, Socket server) = Connect();
        using (client)
        {
            _handles.Pass("c", server);
            server.Dispose();
            Assert.Equal(0, client.Receive(new byte[1]));
            Assert.Empty(Succeed(_fixture.Registry, out _).Untaken);
        }
    }

    [Fact]
    public void Release_AConnectionThatTheSuccessorHas_EndsWhenThatClosesIt()
    {
        (Socket client, Socket server) = Connect();
        using (client)
        using (server)
        {
            _handles.Pass("c", server);
            Socket taken = Succeed(_fixture.Registry, out _).TakeSocket("c")!;
            _fixture.Registry.Resources.Release([PassedHandles.KeyOf("c")]);

            // What is left here leads nowhere, and its disposal harms nothing.
            Assert.Equal(0, server.Receive(new byte[1]));
            server.Dispose();
            taken.Send([1]);
            Assert.Equal(1, client.Receive(new byte[1]));
            taken.Dispose();
            Assert.Equal(0, client.Receive(new byte[1]));
        }
    }

    [Fact]
    public void Release_AFile_StaysUsableHere()
    {
        using SafeFileHandle file = File.OpenHandle("/proc/self/stat");
        _handles.Pass("log", file);
        _fixture.Registry.Resources.Release([PassedHandles.KeyOf("log")]);
        Assert.True(RandomAccess.Read(file, new byte[1], 0) == 1);
    }

    [Fact]
    public void Release_WithoutASuccessor_LeavesConnections()
    {
        (Socket client, Socket server) = Connect();
        using (client)
        using (server)
        {
            _handles.Pass("c", server);
            _fixture.Registry.Resources.Release([]);
            server.Send([1]);
            Assert.Equal(1, client.Receive(new byte[1]));
        }
    }

    [Fact]
    public void CloseUntaken_WhatNobodyTook_IsClosedInBothAndReported()
    {
        (Socket client, Socket server) = Connect();
        using (client)
        using (server)
        using (SafeFileHandle file = File.OpenHandle("/proc/self/stat"))
        {
            _handles.Pass("c", server);
            _handles.Pass("log", file);
            Succeed(_fixture.Registry, out SocketRegistry successor);
            IReadOnlyList<string> told = [];
            successor.Resources.Handles.NotTaken = keys => told = keys;
            successor.Resources.Handles.CloseUntaken();

            Assert.Equal(["passed:c", "passed:log"], told.Order());
            Assert.Equal(["c", "log"], successor.Resources.Handles.Closed.Order());
            _fixture.Registry.Resources.Handles.CloseWithSuccessor(PassedHandles.NamesOf(told));
            Assert.Equal(0, client.Receive(new byte[1]));
            Assert.DoesNotContain("/stat", OpenFiles.Target((int)file.DangerousGetHandle()), StringComparison.Ordinal);
            Assert.Equal(4, _fixture.Logger.EventNames.Count(n => n == "HandleNotTaken"));
        }
    }

    // The predecessor has closed the connection while the successor started.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void CloseWithPredecessor_AConnectionThatIsTakenOrNot_Ends(bool isTaken)
    {
        (Socket client, Socket server) = Connect();
        using (client)
        {
            _handles.Pass("c", server);
            HandleRegistry successor = Succeed(_fixture.Registry, out SocketRegistry registry);
            using Socket? taken = isTaken ? successor.TakeSocket("c") : null;
            server.Dispose();
            registry.Resources.Handles.CloseWithPredecessor(["c"]);
            Assert.Equal(0, client.Receive(new byte[1]));
            Assert.Null(successor.TakeSocket("c"));
        }
    }

    [Fact]
    public void Withdraw_IsNotPassedOnAndStaysOpen()
    {
        using SafeFileHandle file = File.OpenHandle("/proc/self/stat");
        _handles.Pass("log", file);
        Assert.True(_handles.Withdraw("log"));
        Assert.False(_handles.Withdraw("log"));
        Assert.Empty(Succeed(_fixture.Registry, out _).Untaken);
        Assert.False(file.IsClosed);
    }

    [Fact]
    public void Pass_WhatIsNoDescriptor_IsRefused()
    {
        SafeFileHandle closed = File.OpenHandle("/proc/self/stat");
        closed.Dispose();
        Assert.Throws<ArgumentException>(() => _handles.Pass("a", closed));
        using var none = new SafeFileHandle(1_000_000, ownsHandle: false);
        Assert.Throws<ArgumentException>(() => _handles.Pass("a", none));
        Assert.Throws<ArgumentException>(() => _handles.Pass("a\nb", none));
    }

    private static (Socket Client, Socket Server) Connect()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(RegistryFixture.AnyPort);
        listener.Listen();
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
        {
            ReceiveTimeout = (int)Deadline.Limit.TotalMilliseconds,
        };
        client.Connect(listener.LocalEndPoint!);
        return (client, listener.Accept());
    }

    private HandleRegistry Succeed(SocketRegistry predecessor, out SocketRegistry successor)
    {
        successor = _fixture.NewRegistry();
        foreach (PassedResource passed in predecessor.Resources.ToSuccessor.All((_, _) => false))
        {
            successor.Resources.Unclaimed.Inherit(ResourceKey.Parse(passed.Key.ToString()), passed.Handle.Duplicate(), passed.File);
        }

        return new HandleRegistry(successor.Resources);
    }
}
