// The second example of GoFrame's page on graceful restart: HTTPS, with the certificate and its key from files.
// Https --cert server.crt --key server.key
using System.Security.Cryptography.X509Certificates;
using Baton;
using Baton.AspNetCore;

var builder = WebApplication.CreateBuilder(args);

// Read at each start: a restart takes up a renewed certificate.
var certificate = X509Certificate2.CreateFromPemFile(builder.Configuration["cert"] ?? "server.crt", builder.Configuration["key"] ?? "server.key");
builder.WebHost.ConfigureKestrel(kestrel => kestrel.ConfigureHttpsDefaults(https => https.ServerCertificate = certificate));
builder.WebHost.UseUrls(builder.Configuration["urls"] ?? "https://*:8200");
builder.UseGracefulRestart(options =>
{
    options.Signals.Use(SignalPreset.GoFrame);

    // As in Basic: so that a restart is answered soon.
    options.Probation = TimeSpan.FromSeconds(2);
});

builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
var app = builder.Build();
app.MapRestartAdmin();
app.MapGet("/", () => "Hello!\n");
app.MapGet("/pid", () => $"{Environment.ProcessId}\n");
app.Run();
