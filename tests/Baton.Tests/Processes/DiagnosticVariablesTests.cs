using Baton.Processes;
using Baton.Tests.Support;

namespace Baton.Tests.Processes;

/// <summary>What of the variables of diagnostic tools a successor gets.</summary>
public class DiagnosticVariablesTests
{
    private readonly RecordingLogger _logger = new();

    // "suspend" is the default of a port that connects.
    [Theory]
    [InlineData("/tmp/a", "/tmp/a,nosuspend")]
    [InlineData("/tmp/a,suspend", "/tmp/a,nosuspend")]
    [InlineData("/tmp/a,connect,suspend", "/tmp/a,connect,nosuspend")]
    [InlineData("/tmp/a, SUSPEND , connect;", "/tmp/a,connect,nosuspend")]
    [InlineData("/tmp/a,connect;/tmp/b,listen,nosuspend", "/tmp/a,connect,nosuspend")]
    [InlineData("/tmp/b,listen", null)]
    [InlineData(";", null)]
    public void DiagnosticPorts_NeverSuspend_NorListenWhereThisProcessDoes(string value, string? expected)
    {
        Assert.Equal(expected, Successor("DOTNET_DiagnosticPorts", value));
        Assert.Equal(expected, Successor("COMPlus_DiagnosticPorts", value));
        Assert.Equal(["DiagnosticVariableChanged", "DiagnosticVariableChanged"], _logger.EventNames);
    }

    [Theory]
    [InlineData("DOTNET_DiagnosticPorts", "/tmp/a,connect,nosuspend")]
    [InlineData("DOTNET_DefaultDiagnosticPortSuspend", "0")]
    [InlineData("DOTNET_EnableEventPipe", "0")]
    [InlineData("CORECLR_ENABLE_PROFILING", "1")]
    [InlineData("CORECLR_PROFILER_PATH", "/opt/profiler.so")]
    [InlineData("DOTNET_STARTUP_HOOKS", "/opt/hook.dll")]
    [InlineData("DOTNET_DbgMiniDumpName", "/tmp/core.%p")]
    [InlineData("DOTNET_EventPipeOutputPath", "/tmp/trace.nettrace")]
    [InlineData("TEST_DiagnosticPorts", "/tmp/a")]
    public void Harmless_IsPassedOnAsItIs(string variable, string value)
    {
        Assert.Equal(value, Successor(variable, value));
        Assert.Empty(_logger.Lines);
    }

    [Theory]
    [InlineData("DOTNET_DefaultDiagnosticPortSuspend", "1")]
    [InlineData("COMPlus_DefaultDiagnosticPortSuspend", "0x1")]
    [InlineData("DOTNET_StressLogFilename", "/tmp/stress.log")]
    public void Harmful_IsDropped(string variable, string value)
    {
        Assert.Null(Successor(variable, value));
        Assert.Contains($"{variable}={value} not at all: ", Assert.Single(_logger.Lines).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "trace.{pid}.nettrace")]
    [InlineData("/tmp/my.trace", "/tmp/my.{pid}.trace")]
    [InlineData("/tmp/my", "/tmp/my.{pid}")]
    [InlineData("/tmp/my-{pid}.trace", "/tmp/my-{pid}.trace")]
    public void EventPipe_EachProcessWritesAFileOfItsOwn(string? path, string expected)
    {
        var variables = new Dictionary<string, string> { ["DOTNET_EnableEventPipe"] = "1" };
        if (path is not null)
        {
            variables["DOTNET_EventPipeOutputPath"] = path;
        }

        StartCommand successor = DiagnosticVariables.ForSuccessors(Command(variables), _logger);
        Assert.Equal(expected, successor.Environment["DOTNET_EventPipeOutputPath"]);
        Assert.Equal("1", successor.Environment["DOTNET_EnableEventPipe"]);

        // The next one changes nothing, and says nothing.
        int lines = _logger.Lines.Count;
        Assert.Equal(successor, DiagnosticVariables.ForSuccessors(successor, _logger));
        Assert.Equal(lines, _logger.Lines.Count);
    }

    private string? Successor(string variable, string value) =>
        DiagnosticVariables.ForSuccessors(Command(new Dictionary<string, string> { [variable] = value }), _logger).Environment.GetValueOrDefault(variable);

    private static StartCommand Command(Dictionary<string, string> environment) => new("/srv/app", ["app"], "/srv", environment);
}
