using MangaMotion.ServiceDefaults;
using MangaMotion.ServiceDefaults.Bus;
using MangaMotion.ServiceDefaults.Victim;

// The smallest service there can be, to be run as a process of its own: what it prints, how it starts and how it ends.
var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults("victim");
builder.AddBus(bus => bus.AddConsumer<GreetingConsumer>());

var app = builder.Build();
app.MapServiceDefaults();
await app.RunAsync();
