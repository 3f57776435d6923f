using System.Text;
using System.Text.Json;
using MangaMotion.Media.Hosts;
using MangaMotion.MediaHost;
using MangaMotion.MediaHost.Vips;

// Writes an empty line to stdout when it is ready. Then reads one job per line from stdin and writes one answer per line to stdout, until
// stdin ends. stdin ends with the worker, so this process does not outlive it.
Confinement.Apply();
using var answers = StandardOutput.Redirect();
using var jobs = new StreamReader(Console.OpenStandardInput(), Encoding.UTF8);

var host = HostArguments.Parse(args);
VipsStart.Load(host.VipsLibrary);
answers.WriteByte((byte)'\n'); // ready: a failure before this line is a failure of the machine, never of a file
answers.Flush();

while (jobs.ReadLine() is { } line)
{
    var answer = JobDispatcher.Run(host, JsonSerializer.Deserialize(line, HostProtocol.Default.HostJob)!);
    NativeHeap.Trim(); // before the answer: the worker measures the size of this process when it has read it
    answers.Write(JsonSerializer.SerializeToUtf8Bytes(answer, HostProtocol.Default.HostAnswer));
    answers.WriteByte((byte)'\n');
    answers.Flush();
}
