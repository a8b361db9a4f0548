using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;

namespace FaultyHello;

/// <summary>
/// A path with what real ones have: a long tail of latencies, seconds in which all is slow, and one failure in a hundred. A bad release adds its fault.
/// </summary>
/// <param name="failShare">The share of requests that are answered with 500 beyond that.</param>
/// <param name="throws">Whether an exception takes the place of the answer 500.</param>
/// <param name="slower">By what factor the slowest tenth is slower than that of a good release.</param>
internal sealed class OrdersPath(double failShare = 0, bool throws = false, double slower = 1) : IStartupFilter
{
    private const double UsualFailures = 0.01;
    private const double StallShare = 0.05;
    private static readonly RouteEndpoint Orders = new(_ => Task.CompletedTask, RoutePatternFactory.Parse("/orders"), order: 0, new EndpointMetadataCollection(new OrdersRoute()), "orders");
    private readonly long _salt = Random.Shared.Next();

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use((context, follow) => context.Request.Path == "/orders" ? AnswerAsync(context) : follow(context));
        next(app);
    };

    /// <summary>By it the framework's metric names the route.</summary>
    private sealed class OrdersRoute : Microsoft.AspNetCore.Http.Metadata.IRouteDiagnosticsMetadata
    {
        public string Route => "/orders";
    }

    private async Task AnswerAsync(HttpContext context)
    {
        context.SetEndpoint(Orders);
        context.Response.Headers["X-Pid"] = Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture);
        await Task.Delay(Latency(), context.RequestAborted);
        double chance = Random.Shared.NextDouble();
        if (chance < failShare && throws)
        {
            throw new InvalidOperationException("Object reference not set to an instance of an order");
        }

        context.Response.StatusCode = chance < failShare + UsualFailures ? StatusCodes.Status500InternalServerError : StatusCodes.Status200OK;
    }

    private TimeSpan Latency()
    {
        double normal = Math.Sqrt(-2 * Math.Log(1 - Random.Shared.NextDouble())) * Math.Cos(2 * Math.PI * Random.Shared.NextDouble());
        if (slower > 1 && Random.Shared.NextDouble() < 0.1)
        {
            return TimeSpan.FromMilliseconds(100 * slower);
        }

        bool stalls = new Random((int)(_salt + (Environment.TickCount64 / 1000))).NextDouble() < StallShare;
        return TimeSpan.FromMilliseconds(Math.Min(5 * Math.Exp(0.7 * normal), 40) * (stalls ? 10 : 1));
    }
}
