// A reverse proxy that restarts gracefully, in front of --To=ADDRESS.
using Baton.AspNetCore;

var builder = WebApplication.CreateBuilder(args);
builder.UseGracefulRestart();
builder.Services.AddReverseProxy();
var app = builder.Build();
app.MapForwarder("/{**rest}", app.Configuration["To"]!);
app.Run();
