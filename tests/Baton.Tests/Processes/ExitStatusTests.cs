using Baton.Processes;

namespace Baton.Tests.Processes;

public class ExitStatusTests
{
    [Theory]
    [InlineData(0, null, "exited with code 0")]
    [InlineData(134, null, "exited with code 134")]
    [InlineData(131, null, "exited with code 131, by which .NET says that it does not find its own files")]
    [InlineData(150, null, "exited with code 150, by which .NET says that it does not find the framework of the program")]
    [InlineData(null, 9, "was ended by SIGKILL")]
    [InlineData(null, 40, "was ended by signal 40")]
    [InlineData(null, null, "ended, its status unknown")]
    public void ToString_HowItEnded_ReadsAfterAName(int? code, int? signal, string text) => Assert.Equal(text, new ExitStatus(code, signal).ToString());
}
