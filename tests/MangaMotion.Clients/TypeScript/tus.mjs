// One upload with tus-js-client. Prints each request as "METHOD STATUS OFFSET", and at the end the URL of the upload.
// Arguments: endpoint, API key, file, scenario.
import { createReadStream, statSync } from "node:fs";
import { Transform } from "node:stream";
import { DefaultHttpStack, Upload } from "tus-js-client";

const [endpoint, key, path, scenario] = process.argv.slice(2);
const size = statSync(path).size;
let stallAt = scenario === "stall" ? Math.floor(size / 2) : Infinity;

/** Sends half of the first PATCH, prints "stalled", and waits: the connection is broken from outside. */
class StallingStack extends DefaultHttpStack {
  createRequest(method, url) {
    const request = super.createRequest(method, url);
    if (method === "PATCH" && stallAt < Infinity) {
      const send = request.send.bind(request);
      const limit = stallAt;
      stallAt = Infinity;
      request.send = (body) => send(Object.assign(body.pipe(stallAfter(limit)), { size: body.size }));
    }
    return request;
  }
}

function stallAfter(limit) {
  let sent = 0;
  return new Transform({
    transform(chunk, _, done) {
      if (sent >= limit) return console.log("stalled");
      sent += chunk.length;
      done(null, chunk);
    },
  });
}

const upload = new Upload(createReadStream(path), {
  endpoint,
  httpStack: new StallingStack({}),
  headers: { "X-Api-Key": key },
  metadata: { filename: "chapter 1 第一話.cbz", filetype: "application/zip" },
  chunkSize: scenario === "checksum" ? 1_000_000 : Infinity,
  retryDelays: scenario === "stall" ? Array(240).fill(500) : [],
  onBeforeRequest(request) {
    if (scenario === "checksum" && request.getMethod() === "PATCH") request.setHeader("Upload-Checksum", "sha1 " + "A".repeat(27) + "=");
  },
  onAfterResponse(request, response) {
    console.log(request.getMethod(), response.getStatus(), response.getHeader("Upload-Offset") ?? "");
  },
  async onChunkComplete() {
    if (scenario !== "terminate") return;
    await upload.abort(true);
    console.log("terminated", upload.url);
  },
  onError(error) {
    console.log("error", error.originalResponse?.getStatus() ?? error.message);
    process.exitCode = 1;
  },
  onSuccess() {
    console.log(upload.url);
  },
});
upload.start();
