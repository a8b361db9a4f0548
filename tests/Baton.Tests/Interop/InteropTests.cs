namespace Baton.Tests.Interop;

/// <summary>The declarations of the C library against its headers, by the C compiler.</summary>
public class InteropTests
{
    [Theory]
    [InlineData("gcc")]
    [InlineData("musl-gcc")]
    public void Declarations_AgainstTheCHeaders_AreTheSame(string compiler)
    {
        Assert.SkipWhen(CProgram.Find(compiler) is null, $"There is no {compiler}: the C declarations of Baton are NOT checked against its headers. test.sh installs it.");
        Assert.Equal("", CProgram.Compile(compiler, CProgram.Source()));
    }

    [Fact]
    public void Source_Reflection_FindsTheDeclarations()
    {
        Assert.Contains(CProgram.Constants, c => c.Name == "SCM_RIGHTS");
        Assert.Equal(["Cmsghdr", "Inet_diag_msg", "Inet_diag_req_v2", "Inet_diag_sockid", "Iovec", "Msghdr", "Nlmsghdr", "Passwd", "Pollfd", "Siginfo", "Sockaddr_nl", "Sockaddr_un", "Statx", "Timespec", "Ucred"], CProgram.Structs.Select(t => t.Name).Order());
    }

    // A check that can't fail would prove nothing.
    [Fact]
    public void Compile_AWrongDeclaration_IsRefused()
    {
        Assert.SkipWhen(CProgram.Find("gcc") is null, "There is no gcc. test.sh installs it.");
        Assert.Contains("static assertion failed", CProgram.Compile("gcc", "_Static_assert(sizeof(int) == 3, \"\");"), StringComparison.Ordinal);
    }
}
