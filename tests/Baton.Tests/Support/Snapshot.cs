namespace Baton.Tests.Support;

/// <summary>A text file that holds what has been promised to users. BATON_UPDATE_API=1 writes it anew, to be reviewed with the change.</summary>
internal static class Snapshot
{
    internal static void AssertSame(string file, string actual, string variable = "BATON_UPDATE_API")
    {
        string path = Path.GetFullPath(Repository.TestFile(file));
        if (Environment.GetEnvironmentVariable("BATON_UPDATE_API") == "1" || Environment.GetEnvironmentVariable(variable) == "1")
        {
            File.WriteAllText(path, actual);
        }

        string expected = File.Exists(path) ? File.ReadAllText(path) : "";
        Assert.True(expected == actual, $"{file} is not what the code says; if that is meant, run the tests with {variable}=1.\n{Difference(expected, actual)}");
    }

    private static string Difference(string expected, string actual)
    {
        string[] before = expected.Split('\n');
        string[] after = actual.Split('\n');
        return string.Join('\n', before.Except(after).Select(line => $"- {line}").Concat(after.Except(before).Select(line => $"+ {line}")));
    }
}
