namespace TestService;

/// <summary>How the service logs.</summary>
internal static class TestConsole
{
    /// <summary>One line for each event, and on each the process that wrote it.</summary>
    internal static void AddTestConsole(this ILoggingBuilder logging)
    {
        logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = $"HH:mm:ss.fff '[{Environment.ProcessId}] '";
        });
        logging.SetMinimumLevel(LogLevel.Information).AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
    }
}
