using System.Text;
using System.Text.Json;
using MangaMotion.Media.Hosts;
using MangaMotion.MediaHost;
using MangaMotion.MediaHost.FFmpeg;
using MangaMotion.MediaHost.Lettering;
using MangaMotion.MediaHost.Vips;

// An empty line on stdout when it is ready; then one job a line on stdin, one answer a line on stdout, until stdin ends: with the worker this process ends too.
Confinement.Apply();
using var answers = StandardOutput.Take();
using var jobs = new StreamReader(Console.OpenStandardInput(), Encoding.UTF8);

var slot = new Slot(args[0], args[1]);
VipsStart.Load(args[2]);
Av.Folder = args[3];
if (args[4].Length > 0)
    OnnxModel.Folder = args[4];
answers.WriteByte((byte)'\n'); // ready: what goes wrong from here on may be the file's fault
answers.Flush();

while (jobs.ReadLine() is { } line)
{
    var answer = Desk.Answer(slot, JsonSerializer.Deserialize(line, HostProtocol.Default.HostJob)!);
    Heap.GiveBack(); // before the answer, after which the worker looks at how large this process is
    answers.Write(JsonSerializer.SerializeToUtf8Bytes(answer, HostProtocol.Default.HostAnswer));
    answers.WriteByte((byte)'\n');
    answers.Flush();
}
