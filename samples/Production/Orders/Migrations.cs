using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Production.Orders;

// As `dotnet ef migrations add` writes them, without what only that tool needs.
[DbContext(typeof(OrdersDb))]
[Migration("20261101080000_Orders")]
internal sealed class OrdersMigration : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.CreateTable(
        "Orders",
        table => new
        {
            Id = table.Column<int>(nullable: false).Annotation("Sqlite:Autoincrement", true),
            Item = table.Column<string>(nullable: false),
        },
        constraints: table => table.PrimaryKey("PK_Orders", order => order.Id));
}

// A column that may be null: the old release, which serves meanwhile, does not know it.
[DbContext(typeof(OrdersDb))]
[Migration("20261115080000_ShippedAt")]
internal sealed class ShippedAtMigration : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.AddColumn<DateTime>("ShippedAt", "Orders", nullable: true);
}
