namespace Baton.Tests;

/// <summary>The options about the program that a restart starts.</summary>
public class ProgramOptionsTests
{
    private readonly RestarterOptions _options = new();

    [Fact]
    public void Defaults_AllowAndCheckNothing()
    {
        Assert.Empty(_options.AllowedProgramDirectories);
        Assert.Empty(_options.CheckArguments);
        Assert.Equal(TimeSpan.FromSeconds(30), _options.CheckTimeout);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/srv/app")]
    [InlineData("/srv/../app/")]
    public void Validate_AnAbsoluteDirectory_IsAllowed(string directory)
    {
        _options.AllowedProgramDirectories.Add(directory);
        _options.Validate();
    }

    [Theory]
    [InlineData("")]
    [InlineData("srv/app")]
    [InlineData("./app")]
    [InlineData("~/app")]
    [InlineData("/srv/app\0")]
    [InlineData(null)]
    public void Validate_AnyOtherDirectory_IsRefused(string? directory)
    {
        _options.AllowedProgramDirectories.Add("/srv/app");
        _options.AllowedProgramDirectories.Add(directory!);
        Fails($"AllowedProgramDirectories is \"/srv/app\", \"{directory}\"; allowed is a list of absolute paths.");
    }

    [Theory]
    [InlineData("--check\0")]
    [InlineData(null)]
    public void Validate_AnArgumentThatCantBePassed_IsRefused(string? argument)
    {
        _options.CheckArguments.Add(argument!);
        Fails("CheckArguments is ");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-0.001)] // infinite
    [InlineData(-1)]
    public void Validate_ACheckTimeoutOutOfRange_IsRefused(double seconds)
    {
        _options.CheckTimeout = TimeSpan.FromSeconds(seconds);
        Fails("allowed is more than zero, and finite.");
    }

    private void Fails(string message) =>
        Assert.Contains(message, Assert.Throws<ArgumentOutOfRangeException>(_options.Validate).Message, StringComparison.Ordinal);
}
