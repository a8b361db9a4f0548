using System.Globalization;
using Baton.Systemd;

namespace Baton.Cli.Running;

/// <summary>One message of sd_notify(3), read. Lines that are not known count for nothing here.</summary>
internal sealed record NotifyMessage
{
    /// <summary>The process that is in charge from now on; null if the message names none.</summary>
    internal int? MainPid { get; private init; }

    internal bool IsReady { get; private init; }

    internal bool IsReloading { get; private init; }

    internal bool IsStopping { get; private init; }

    /// <summary>Keep the descriptors under the name.</summary>
    internal bool Stores { get; private init; }

    /// <summary>Forget those of the name.</summary>
    internal bool Removes { get; private init; }

    internal string DescriptorName { get; private init; } = "";

    /// <summary>The sender has Baton, and handles its signals.</summary>
    internal bool IsHello { get; private init; }

    internal bool NobodyServes { get; private init; }

    /// <summary>A successor that may take over; null if the message names none.</summary>
    internal (int Pid, int Generation)? Successor { get; private init; }

    /// <summary>The lines for a service manager above: all but those about the main process and its end; null for none.</summary>
    internal string? Forwarded { get; private init; }

    internal static NotifyMessage Parse(string text)
    {
        var message = new NotifyMessage();
        var forwarded = new List<string>();
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            (string name, string value) = line.Split('=', 2) is [var n, var v] ? (n, v) : (line, "");
            message = name switch
            {
                "MAINPID" => message with { MainPid = Pid(value) ?? message.MainPid },
                "READY" => message with { IsReady = value == "1" },
                "RELOADING" => message with { IsReloading = value == "1" },
                "STOPPING" => message with { IsStopping = value == "1" },
                "FDSTORE" => message with { Stores = value == "1" },
                "FDSTOREREMOVE" => message with { Removes = value == "1" },
                "FDNAME" => message with { DescriptorName = value },
                RunReport.Name when line == RunReport.Hello => message with { IsHello = true },
                RunReport.Name when line == RunReport.NobodyServes => message with { NobodyServes = true },
                RunReport.Name => message with { Successor = RunReport.ReadSuccessor(value) },
                _ => message,
            };

            // The manager above knows this process as the main one, and its own end ends the service.
            if (name is not ("MAINPID" or "STOPPING" or "BARRIER" or RunReport.Name))
            {
                forwarded.Add(line);
            }
        }

        return message with { Forwarded = forwarded.Count > 0 ? string.Join('\n', forwarded) : null };
    }

    private static int? Pid(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int pid) && pid > 1 ? pid : null;
}
