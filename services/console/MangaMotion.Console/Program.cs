using MangaMotion.Console;
using MangaMotion.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults("console");
builder.AddConsole();

var app = builder.Build();
app.MapServiceDefaults();
app.MapConsole();
await app.RunServiceAsync();
