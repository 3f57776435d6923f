using MangaMotion.ServiceDefaults;
using MangaMotion.ServiceDefaults.Bus;
using MangaMotion.ServiceDefaults.Victim;

// Minimal service, run as a separate process by tests of its output, its start and its end.
var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults("victim");
builder.AddBus(bus => bus.AddConsumer<GreetingConsumer>());

var app = builder.Build();
app.MapServiceDefaults();
await app.RunServiceAsync();
