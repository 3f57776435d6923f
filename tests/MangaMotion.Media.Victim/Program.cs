using MangaMotion.Media;
using MangaMotion.Media.Images;
using MangaMotion.Media.Workspaces;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

// A worker to be killed: renders the JPEG it is given, so that a child is up, tells so, and waits for its end.
// Arguments: the picture, the scratch directory.
var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Media:ScratchDirectory", args[1]), new("Media:Hosts", "1")]).Build();
await using var services = new ServiceCollection().AddLogging().AddSingleton<IConfiguration>(configuration).AddMedia().BuildServiceProvider();
await using var workspace = services.GetRequiredService<WorkspaceRoot>().Create();
File.Copy(args[0], workspace.Input);
await services.GetRequiredService<IImageRenderer>().RenderAsync(workspace, workspace.Input, MediaType.Jpeg, new ImageRequest(), CancellationToken.None);
Console.WriteLine("ready");
await Task.Delay(Timeout.Infinite);
