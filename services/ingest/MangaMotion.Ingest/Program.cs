using MangaMotion.Ingest;
using MangaMotion.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults("ingest");
builder.AddIngest();

var app = builder.Build();
app.MapServiceDefaults();
app.MapIngest();
await app.RunServiceAsync();
