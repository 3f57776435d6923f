using MangaMotion.AllInOne;
using MangaMotion.Records;
using MangaMotion.Thumbnail;
using MangaMotion.VideoPipeline;

var thumbnail = Service.BuildWorker(args, "thumbnail", ThumbnailRegistration.AddThumbnails);
var records = Service.BuildWorker(args, "records", RecordsRegistration.AddRecords, database: thumbnail);
var video = Service.BuildWorker(args, "video", VideoPipelineRegistration.AddVideoPipeline, database: thumbnail);
var ingest = Service.BuildIngest(args, database: thumbnail, thumbnail, records, video);
var console = Service.BuildConsole(args);

await Service.RunAsync(ingest, thumbnail, records, video, console);
