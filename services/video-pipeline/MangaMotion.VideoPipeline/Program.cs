using MangaMotion.ServiceDefaults;
using MangaMotion.VideoPipeline;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults("video");
builder.AddVideoPipeline();

var app = builder.Build();
app.MapServiceDefaults();
await app.RunServiceAsync();
