using Baton.Processes;
using Baton.Tests.Support;

namespace Baton.Tests.Processes;

/// <summary>B16: whether a process is having its memory written to a file.</summary>
public sealed class CrashDumpTests : IDisposable
{
    private readonly TemporaryDirectory _proc = new();

    public void Dispose() => _proc.Dispose();

    [Fact]
    public void Of_Living_IsNone()
    {
        Process(4711, tracer: 0);
        Assert.Null(Of());
    }

    [Fact]
    public void Of_TracedByCreatedump_IsThat()
    {
        Process(4711, tracer: 4712);
        Process(4712, tracer: 0, name: "createdump");
        Assert.Equal("createdump writes a dump", Of());
    }

    // It is started before it begins to trace. Any thread may be the one that crashed.
    [Fact]
    public void Of_ParentOfCreatedump_IsThat()
    {
        Process(4711, tracer: 0, children: "4713 4712 ");
        Process(4712, tracer: 0, name: "createdump");
        Process(4713, tracer: 0, name: "helper");
        Assert.Equal("createdump writes a dump", Of());
    }

    [Fact]
    public void Of_TracedByADebugger_IsNone()
    {
        Process(4711, tracer: 4712);
        Process(4712, tracer: 0, name: "gdb");
        Assert.Null(Of());
    }

    [Fact]
    public void Of_KernelDumpsItsCore_IsThat()
    {
        Process(4711, tracer: 0, coreDumping: 1);
        Assert.Equal("the kernel writes a core dump", Of());
    }

    [Fact]
    public void Of_NoSuchProcess_IsNone() => Assert.Null(Of());

    private string? Of() => CrashDump.Of(4711, _proc.Path);

    private void Process(int pid, int tracer, string name = "App", string children = "", int coreDumping = 0)
    {
        Directory.CreateDirectory(_proc.File($"{pid}/task/{pid + 10}"));
        File.WriteAllText(_proc.File($"{pid}/status"), $"Name:\t{name}\nTracerPid:\t{tracer}\nCoreDumping:\t{coreDumping}\n");
        File.WriteAllText(_proc.File($"{pid}/comm"), $"{name}\n");
        File.WriteAllText(_proc.File($"{pid}/task/{pid + 10}/children"), children);
    }
}
