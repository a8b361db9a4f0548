namespace Production.Orders;

internal sealed class Order
{
    public int Id { get; private set; }

    public required string Item { get; init; }

    public DateTime? ShippedAt { get; set; }
}
