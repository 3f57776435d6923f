using MangaMotion.LocalStack;

// Owns a stack in the folder of the first argument until standard input ends or the process is killed.
// Further arguments: detached, temporary.
await using var stack = await ServerStack.StartAsync(new ServerStackOptions
{
    Directory = args[0],
    Detached = args.Contains("detached"),
    Temporary = args.Contains("temporary"),
});
Console.WriteLine("ready");
if (!args.Contains("detached"))
    Console.In.ReadToEnd();
