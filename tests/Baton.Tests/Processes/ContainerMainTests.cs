using Baton.Processes;

namespace Baton.Tests.Processes;

/// <summary>E2: who must not be restarted, as the container would end with it.</summary>
public class ContainerMainTests
{
    [Theory]
    [InlineData(1, 0, "sh", "it is process 1 of its container")]
    [InlineData(7, 0, "pause", "it is the main process of a container")]
    [InlineData(7, 6, "containerd-shim", "it is the main process of a container")]
    [InlineData(7, 6, "conmon", "it is the main process of a container")]
    [InlineData(7, 1, "tini", "process 1 of its container is tini")]
    [InlineData(7, 1, "docker-init", "process 1 of its container is docker-init")]
    [InlineData(7, 1, "podman-init", "process 1 of its container is podman-init")]
    public void Explain_TheContainerWouldEnd_SaysWhy(int pid, int parent, string parentName, string why) =>
        Assert.StartsWith(why, ContainerMain.Explain(pid, parent, _ => parentName), StringComparison.Ordinal);

    [Theory]
    [InlineData(7, 0, "sh")]
    [InlineData(7, 1, "systemd")]
    [InlineData(7, 1, "sh")]
    [InlineData(7, 1, "")]
    [InlineData(7, 6, "tini")]
    public void Explain_TheServiceOutlivesThisProcess_SaysNothing(int pid, int parent, string init) =>
        Assert.Null(ContainerMain.Explain(pid, parent, _ => init));

    [Fact]
    public void WhyNoSuccessor_NotTheFirstGeneration_IsNothing() => Assert.Null(ContainerMain.WhyNoSuccessor(isFirst: false));
}
