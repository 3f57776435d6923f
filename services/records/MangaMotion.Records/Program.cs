using MangaMotion.Records;
using MangaMotion.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults("records");
builder.AddRecords();

var app = builder.Build();
app.MapServiceDefaults();
await app.RunServiceAsync();
