using MangaMotion.ServiceDefaults;
using MangaMotion.Thumbnail;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults("thumbnail");
builder.AddThumbnails();

var app = builder.Build();
app.MapServiceDefaults();
await app.RunServiceAsync();
