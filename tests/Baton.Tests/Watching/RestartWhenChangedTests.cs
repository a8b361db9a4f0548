namespace Baton.Tests.Watching;

public sealed class RestartWhenChangedTests
{
    [Fact]
    public void RestartWhenChanged_AsTheDocumentationWritesIt_AddsToTheList()
    {
        var options = new RestarterOptions();
        options.RestartWhenChanged("appsettings.Production.json", "/certs/tls.crt");
        options.RestartWhenChanged.Add("conf.d");
        Assert.Equal(["appsettings.Production.json", "/certs/tls.crt", "conf.d"], options.RestartWhenChanged);
        Assert.ThrowsAny<ArgumentException>(() => options.RestartWhenChanged(""));
    }
}
