using System.Globalization;
using System.IO.Compression;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text;
using System.Xml.Linq;
using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;

namespace Baton.PackageTests;

/// <summary>The packages: what is in them, and what somebody gets who installs them.</summary>
public sealed class PackageTests(NewMachine machine)
{
    private static readonly Guid SourceLink = new("CC110556-A091-4D38-9FEC-25AB9A351A6A");

    private static readonly string[] Ahead = ["linux-x64", "linux-arm64", "linux-musl-x64", "linux-musl-arm64"];

    [Theory]
    [InlineData("Baton")]
    [InlineData("Baton.Hosting")]
    [InlineData("Baton.AspNetCore")]
    [InlineData("Baton.Cli")]
    public async Task Package_has_all_that_people_expect(string id)
    {
        Assert.DoesNotContain("warning", await machine.PackAsync(), StringComparison.OrdinalIgnoreCase);
        string file = Assert.Single(Directory.GetFiles(machine.Packages, $"{id}.0.*.nupkg"));
        using ZipArchive package = ZipFile.OpenRead(file);

        XElement metadata = XElement.Parse(Text(package, $"{id}.nuspec")).Elements().Single();
        XNamespace ns = metadata.Name.Namespace;
        Assert.Equal("MIT", metadata.Element(ns + "license")!.Value);
        Assert.NotNull(package.GetEntry(metadata.Element(ns + "icon")!.Value));
        Assert.StartsWith($"# {id}\n", Text(package, metadata.Element(ns + "readme")!.Value), StringComparison.Ordinal);
        XElement repository = metadata.Element(ns + "repository")!;
        Assert.Equal(NewMachine.Remote, repository.Attribute("url")!.Value);
        Assert.Matches("^[0-9a-f]{40}$", repository.Attribute("commit")!.Value);
        string version = metadata.Element(ns + "version")!.Value;
        foreach (XElement dependency in metadata.Descendants(ns + "dependency"))
        {
            bool ours = dependency.Attribute("id")!.Value.StartsWith("Baton", StringComparison.Ordinal);
            Assert.Equal(ours ? $"[{version}]" : "10.0.0", dependency.Attribute("version")!.Value);
        }

        if (id != "Baton.Cli")
        {
            Assert.All(Ahead, runtime => Assert.True(IsCompiledAhead(package.GetEntry($"runtimes/{runtime}/lib/net10.0/{id}.dll")!), runtime));
            Assert.False(IsCompiledAhead(package.GetEntry($"lib/net10.0/{id}.dll")!));
            Assert.Contains("<member name=\"T:Baton.", Text(package, $"lib/net10.0/{id}.xml"), StringComparison.Ordinal);
        }

        AssertHasSources(Path.ChangeExtension(file, "snupkg"), id);
    }

    [Fact] // issue 15, section 1: with 10.0.14 as the floor this was NU1605
    public async Task New_web_and_worker_install_build_restart_and_are_driven_by_the_tool()
    {
        _ = await machine.PackAsync();
        string work = Directory.CreateDirectory(machine.PathOf("work")).FullName;
        string[] install = NewMachine.Block("install").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string feed = string.Join('\n', NewMachine.Block("feed").Split('\n')[1..]);

        string said = await machine.RunAsync(work, $"""
            {feed}
            dotnet new web --output Shop
            dotnet new worker --output Mailer
            (cd Shop && {install[0]})
            (cd Mailer && {install[0].Replace("Baton.AspNetCore", "Baton.Hosting", StringComparison.Ordinal)})
            {install[1]}
            """);
        Assert.DoesNotContain("NU1605", said, StringComparison.Ordinal);
        Edit(Path.Combine(work, "Shop/Program.cs"), "using Baton.AspNetCore;", "builder.UseGracefulRestart();");
        Edit(Path.Combine(work, "Mailer/Program.cs"), "using Baton.Hosting;", "builder.AddGracefulRestart();");
        foreach (string project in (string[])["Shop", "Mailer"])
        {
            string built = await machine.RunAsync(work, $"dotnet build {project} -c Release -o out/{project}");
            Assert.DoesNotContain("warning", built, StringComparison.Ordinal);
            await using ServiceProcess service = await ServiceProcess.StartAsync(RunningService.Of(Path.Combine(work, "out", project, project)));

            string restarted = await machine.RunAsync(work, $"~/.dotnet/tools/baton restart {project}", ("BATON_CONTROL_DIR", service.ControlDirectory));

            _ = await service.RestartedAsync();
            Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"process {service.Pid}, generation 2"), restarted, StringComparison.Ordinal);
            if (project == "Shop")
            {
                Assert.Equal("Hello World!", (await HttpConnection.GetOnceAsync(RunningService.AddressOf(service))).Text);
            }

            await service.StopAsync();
        }
    }

    private static void Edit(string program, string first, string afterBuilder)
    {
        List<string> lines = [first, .. File.ReadAllLines(program)];
        lines.Insert(lines.FindIndex(l => l.StartsWith("var builder =", StringComparison.Ordinal)) + 1, afterBuilder);
        File.WriteAllLines(program, lines);
    }

    /// <summary>The symbols name each file at the commit, and no path of the machine that built them.</summary>
    private static void AssertHasSources(string file, string id)
    {
        using ZipArchive symbols = ZipFile.OpenRead(file);
        using var copy = new MemoryStream();
        using (Stream pdb = symbols.Entries.Single(e => e.Name == $"{id}.pdb").Open())
        {
            pdb.CopyTo(copy);
        }

        copy.Position = 0;
        using var provider = MetadataReaderProvider.FromPortablePdbStream(copy);
        MetadataReader reader = provider.GetMetadataReader();
        string link = Encoding.UTF8.GetString(reader.GetBlobBytes(
            reader.CustomDebugInformation.Select(reader.GetCustomDebugInformation).Single(i => reader.GetGuid(i.Kind) == SourceLink).Value));
        Assert.Contains("https://raw.githubusercontent.com/example/baton/", link, StringComparison.Ordinal);
        Assert.All(reader.Documents, d => Assert.StartsWith("/_/", reader.GetString(reader.GetDocument(d).Name), StringComparison.Ordinal));
    }

    private static bool IsCompiledAhead(ZipArchiveEntry assembly)
    {
        using var copy = new MemoryStream();
        using (Stream stream = assembly.Open())
        {
            stream.CopyTo(copy);
        }

        copy.Position = 0;
        using var image = new PEReader(copy);
        return image.PEHeaders.CorHeader!.ManagedNativeHeaderDirectory.Size > 0;
    }

    private static string Text(ZipArchive package, string entry)
    {
        using var reader = new StreamReader(package.GetEntry(entry)!.Open());
        return reader.ReadToEnd();
    }
}
