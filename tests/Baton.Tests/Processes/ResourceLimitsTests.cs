using Baton.Interop;
using Baton.Processes;
using Baton.Tests.Support;

namespace Baton.Tests.Processes;

/// <summary>B20: what is used up is named by its limit, and nothing stays behind.</summary>
public sealed class ResourceLimitsTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Describe_NoDescriptorFree_NamesTheLimit() => Assert.Contains("RLIMIT_NOFILE, ulimit -n, is ", Libc.Describe(Libc.EMFILE), StringComparison.Ordinal);

    // It means that something would block, as often as that a process can't be added.
    [Fact]
    public void Describe_TryAgain_NamesNoLimit() => Assert.DoesNotContain("RLIMIT", Libc.Describe(Libc.EAGAIN), StringComparison.Ordinal);

    [Theory]
    [InlineData("0::/a/b", "a/b", "a/b")]
    [InlineData("0::/a/b", "a/b", "a")]
    [InlineData("0::/", "", "")]
    [InlineData("9:pids:/a", "pids/a", "pids/a")]
    [InlineData("9:cpu,pids:/a", "pids/a", "pids")]
    public void CgroupLimits_FiniteOne_IsNamedWithItsPlaceAndUse(string membership, string own, string bounded)
    {
        Directory.CreateDirectory(_directory.File(own));
        string at = Path.TrimEndingDirectorySeparator(_directory.File(bounded));
        File.WriteAllText(Path.Combine(at, "pids.max"), "40\n");
        File.WriteAllText(Path.Combine(at, "pids.current"), "39\n");

        string limit = Assert.Single(ResourceLimits.CgroupLimits([membership], Path.TrimEndingDirectorySeparator(_directory.File(""))));

        Assert.StartsWith($"pids.max of {at} is 40 ", limit, StringComparison.Ordinal);
        Assert.EndsWith("39 in use", limit, StringComparison.Ordinal);
    }

    [Fact]
    public void CgroupLimits_NoLimitOrNoSuchController_AreNone()
    {
        File.WriteAllText(_directory.File("pids.max"), "max\n");
        Assert.Empty(ResourceLimits.CgroupLimits(["0::/", "4:memory:/", "nonsense"], _directory.File("")));
    }

    [Theory]
    [InlineData("0::/a/b", "a/b/memory.max", "500", "a/memory.max", "400", 400L)]
    [InlineData("0::/a/b", "a/b/memory.max", "300", "a/memory.max", "max", 300L)]
    [InlineData("4:memory:/a", "memory/a/memory.limit_in_bytes", "300", "memory/memory.limit_in_bytes", "9223372036854771712", 300L)]
    [InlineData("4:memory:/container/b", "memory/memory.limit_in_bytes", "200", "memory.max", "100", 200L)]
    [InlineData("0::/", "memory.max", "max", "memory/memory.limit_in_bytes", "100", null)]
    [InlineData("4:memory:/", "memory/memory.limit_in_bytes", "9223372036854771712", "memory.max", "1", null)]
    public void Memory_IsTheLowestOfTheCgroupAndItsAncestors(
        string membership, string file, string content, string otherFile, string otherContent, long? expected)
    {
        foreach ((string name, string text) in ((string, string)[])[(file, content), (otherFile, otherContent)])
        {
            string path = _directory.File(name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text + "\n");
        }

        Assert.Equal(expected, ResourceLimits.Memory([membership], Path.TrimEndingDirectorySeparator(_directory.File(""))));
    }

    [Fact]
    public void OomScore_RaisedAndRestored_IsWhatItWas()
    {
        string file = _directory.File("oom_score_adj");
        File.WriteAllText(file, "-17\n");
        var score = new OomScore(file);
        score.Raise();
        Assert.Equal("1000", File.ReadAllText(file));
        Assert.Null(score.Restore());
        Assert.Equal("-17", File.ReadAllText(file)[..3]);

        // Once: what the application sets later is its own.
        File.WriteAllText(file, "300");
        Assert.Null(score.Restore());
        Assert.Equal("300", File.ReadAllText(file));
    }

    [Fact]
    public void OomScore_WhereThereIsNone_DoesNothing()
    {
        var score = new OomScore(_directory.File("missing"));
        score.Raise();
        Assert.Null(score.Restore());
        Assert.False(File.Exists(_directory.File("missing")));
    }

    [Theory]
    [InlineData("0100007F:1F90", "127.0.0.1:8080")]
    [InlineData("00000000000000000000000001000000:0050", "[::1]:80")]
    [InlineData("00000000:2383", "0.0.0.0:9091")]
    public void ForeignListeners_AddressOfTheKernel_IsRead(string text, string address) => Assert.Equal(address, ForeignListeners.Parse(text).ToString());
}
