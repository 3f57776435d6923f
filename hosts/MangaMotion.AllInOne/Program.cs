using MangaMotion.AllInOne;
using MangaMotion.Records;
using MangaMotion.Thumbnail;
using MangaMotion.VideoPipeline;

var thumbnail = Service.BuildWorker(args, "thumbnail", ThumbnailRegistration.AddThumbnails);
var records = Service.BuildWorker(args, "records", RecordsRegistration.AddRecords);
var video = Service.BuildWorker(args, "video", VideoPipelineRegistration.AddVideoPipeline);
var ingest = Service.BuildIngest(args, thumbnail, records, video);
var console = Service.BuildConsole(args);

await Service.RunAsync(ingest, thumbnail, records, video, console);
