// A gRPC service with one method of each kind, none of which a restart breaks.
using Baton.AspNetCore;
using Greeting;
using Grpc.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core;

var builder = WebApplication.CreateBuilder(args);
builder.UseGracefulRestart();

// gRPC is HTTP/2 on every endpoint, also without TLS.
builder.WebHost.ConfigureKestrel(kestrel => kestrel.ConfigureEndpointDefaults(e => e.Protocols = HttpProtocols.Http2));
builder.Services.AddGrpc();
builder.Services.AddSingleton<Calls>();
var app = builder.Build();
app.MapGrpcService<GreeterService>();
app.Lifetime.ApplicationStopped.Register(() =>
    Console.WriteLine($"{Environment.ProcessId} executed {app.Services.GetRequiredService<Calls>().Executed} calls"));
app.Run();

internal sealed class GreeterService(Calls calls) : Greeter.GreeterBase
{
    public override async Task<HelloReply> SayHello(HelloRequest request, ServerCallContext context)
    {
        int executed = Interlocked.Increment(ref calls.Executed);
        if (request.Milliseconds > 0)
        {
            Console.WriteLine($"{Environment.ProcessId} takes its time for {request.Name}");
            await Task.Delay(request.Milliseconds);
        }

        HelloReply reply = Greet(request);
        reply.Calls = executed;
        return reply;
    }

    // Goes on for ever. Whoever knows of restarts ends it by itself; any other stream is ended by Baton with the same status.
    public override async Task LotsOfReplies(
        HelloRequest request, IServerStreamWriter<HelloReply> responseStream, ServerCallContext context)
    {
        CancellationToken draining = request.Polite
            ? context.GetHttpContext().Features.Get<IDrainingFeature>()?.Draining ?? default
            : default;
        while (!draining.IsCancellationRequested)
        {
            await responseStream.WriteAsync(Greet(request));
            await Task.Delay(100 + request.Milliseconds, request.Milliseconds > 0 ? default : context.CancellationToken);
        }

        throw new RpcException(new Status(StatusCode.Unavailable, "told"));
    }

    public override async Task<HelloReply> LotsOfGreetings(
        IAsyncStreamReader<HelloRequest> requestStream, ServerCallContext context)
    {
        var names = new List<string>();
        await foreach (HelloRequest request in requestStream.ReadAllAsync())
        {
            names.Add(request.Name);
        }

        return Greet(new HelloRequest { Name = string.Join(", ", names) });
    }

    public override async Task BidiHello(
        IAsyncStreamReader<HelloRequest> requestStream, IServerStreamWriter<HelloReply> responseStream, ServerCallContext context)
    {
        await foreach (HelloRequest request in requestStream.ReadAllAsync())
        {
            await responseStream.WriteAsync(Greet(request));
        }
    }

    private static HelloReply Greet(HelloRequest request) =>
        new() { Message = $"Hello {request.Name}", Pid = Environment.ProcessId };
}

internal sealed class Calls
{
    internal int Executed;
}
