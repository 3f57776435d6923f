using System.Text.Json;
using MangaMotion.Storage;
using MangaMotion.Storage.Victim;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

// Separate process whose memory a test measures, or whose disk is full.
var builder = Host.CreateApplicationBuilder();
builder.Services.AddObjectStore(builder.Configuration);
using var host = builder.Build();
var store = host.Services.GetRequiredService<IObjectStore>();
await store.CheckAsync(CancellationToken.None);

object report = args switch
{
    ["stream", var length] => await Victims.StreamAsync(store, long.Parse(length)),
    ["fill"] => await Victims.FillAsync(store, builder.Configuration["Storage:Disk:Root"]!),
    _ => throw new ArgumentException("stream LENGTH, or fill", nameof(args)),
};
Console.WriteLine(JsonSerializer.Serialize(report));
