using System.Text;
using System.Text.Json;
using MangaMotion.Media.Images;
using MangaMotion.VipsHost;

// An empty line on stdout when it is ready; then one request a line on stdin, one answer a line on stdout, until stdin ends: with the worker this process ends too.
using var answers = Native.TakeStandardOutput();
using var requests = new StreamReader(Console.OpenStandardInput(), Encoding.UTF8);

Native.Start(args[0]);
answers.WriteByte((byte)'\n'); // ready: what goes wrong from here on may be the file's fault
answers.Flush();

while (requests.ReadLine() is { } line)
{
    var request = JsonSerializer.Deserialize(line, HostProtocol.Default.HostRequest)!;
    var answer = Renderer.Answer(request);
    answers.Write(JsonSerializer.SerializeToUtf8Bytes(answer, HostProtocol.Default.HostAnswer));
    answers.WriteByte((byte)'\n');
    answers.Flush();
}
