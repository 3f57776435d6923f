// The tasks of an integrator, written against the generated types only.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import createClient from "openapi-fetch";
import type { components, paths } from "./api.js";

type Ingest = components["schemas"]["IngestStatus"];
type IngestForm = components["schemas"]["IngestForm"];
type VideoForm = components["schemas"]["VideoForm"];

const [address, key, folder] = process.argv.slice(2) as [string, string, string];
const client = createClient<paths>({ baseUrl: address, headers: { "X-Api-Key": key } });
const steps: string[] = [];

/** Writes a form: each file as a part of its own, so that files keep their names. */
function toForm(fields: IngestForm | VideoForm, names: string[], files: Blob[]): FormData {
  const form = new FormData();
  files.forEach((file, i) => form.append("files", file, names[i]));
  for (const [name, value] of Object.entries(fields)) if (name !== "files" && value !== null) form.append(name, String(value));
  return form;
}

const open = (names: string[]) => Promise.all(names.map(async (name) => new Blob([await readFile(join(folder, name))])));

async function submit(names: string[], fields: Omit<IngestForm, "files"> = {}, prefer?: string): Promise<Ingest> {
  const files = await open(names);
  const { data, error } = await client.POST("/api/v1/ingest", {
    params: { header: prefer ? { Prefer: prefer } : {} },
    body: { collection: "typescript", priority: "high", ...fields },
    bodySerializer: (body) => toForm(body as IngestForm, names, files),
  });
  if (error) throw new Error(`${error.code}: ${error.detail}`);
  return data;
}

async function wait(id: string): Promise<Ingest> {
  for (;;) {
    const { data, error } = await client.GET("/api/v1/ingest/{id}/status", { params: { path: { id } } });
    if (error) throw new Error(`${error.code}: ${error.detail}`);
    if (data.status === "finished") return data;
    await setTimeout(200);
  }
}

const ingest = await wait((await submit(["a.jpg", "b.png"])).job_id);
steps.push(`${ingest.assets.filter((asset) => asset.status === "DONE").length} files done`);

const thumbnail = await client.GET("/api/v1/assets/{id}/{variant}", {
  params: { path: { id: ingest.assets[0]!.asset_id, variant: "thumbnail" } },
  parseAs: "arrayBuffer",
});
const [first, second] = new Uint8Array(thumbnail.data!);
steps.push(first === 0xff && second === 0xd8 ? "JPEG thumbnail" : "no JPEG");

// Answered with 200 if it is done in time, else with 202: one type either way.
await wait((await submit(["a.jpg", "b.png"], {}, "wait=30")).job_id);
await submit(["a.jpg"]);
let jobs = 0;
let pageToken: string | null = null;
do {
  const query: { collection: string; pageSize: number; pageToken?: string } = { collection: "typescript", pageSize: 2 };
  if (pageToken) query.pageToken = pageToken;
  const { data } = await client.GET("/api/v1/jobs", { params: { query: { ...query, type: "thumbnail" } } });
  jobs += data!.jobs.length;
  pageToken = data!.nextPageToken;
} while (pageToken);
steps.push(`${jobs} jobs in pages of 2`);

const unknown = await client.GET("/api/v1/ingest/{id}/status", { params: { path: { id: crypto.randomUUID() } } });
steps.push(unknown.error?.code ?? "no error");

const later = await submit(["a.jpg"], { not_before: new Date(Date.now() + 3_600_000).toISOString() });
const canceled = await client.POST("/api/v1/jobs/{id}/cancel", { params: { path: { id: later.assets[0]!.job_id } } });
steps.push(canceled.data?.status === "CANCELED" ? "canceled" : "not canceled");

const pages = ["page1.png", "page2.png"];
const files = await open(pages);
const fields: Omit<VideoForm, "files"> = {
  direction: "ltr", language: "en", size: "320x180", unreadable_pages: "fail", stop_at: "script_gen",
};
const video = await client.POST("/api/v1/videos", {
  body: { files: [], ...fields },
  bodySerializer: (body) => toForm(body as VideoForm, pages, files),
});
for (;;) {
  const { data } = await client.GET("/api/v1/videos/{id}", { params: { path: { id: video.data!.id } } });
  if (data!.status !== "UPLOADED" && data!.status !== "PROCESSING") {
    steps.push(`video ${data!.state} after the script`);
    break;
  }
  await setTimeout(200);
}

const ofIngest = { path: { id: video.data!.ingest_id } };
const again = await client.POST("/api/v1/ingest/{id}/videos", {
  params: ofIngest,
  body: { direction: "ltr", stop_at: "script_gen" },
});
steps.push(again.data?.ingest_id === video.data!.ingest_id ? "video of an ingest by JSON" : "video of another ingest");

await client.PUT("/api/v1/collections/{slug}/variants", {
  params: { path: { slug: "typescript-cards" } },
  body: { variants: [{ name: "card", longest_side: 64, format: "webp" }] },
});
const content = await readFile(join(folder, "b.png"));
const link = (await client.POST("/api/v1/uploads", { body: { size: content.length, name: "b.png", content_type: "image/png" } })).data!;
await fetch(link.url, { method: link.method, headers: link.headers, body: content });
const direct = await client.POST("/api/v1/ingests", {
  body: { uploads: [{ upload_id: link.upload_id }], collection: "typescript-cards" },
});
const card = await client.GET("/api/v1/assets/{id}/variants/{name}", {
  params: { path: { id: (await wait(direct.data!.job_id)).assets[0]!.asset_id, name: "card" } },
  parseAs: "arrayBuffer",
});
steps.push(new TextDecoder().decode(card.data!.slice(0, 4)) === "RIFF" ? "direct upload with a WebP card" : "no card");

console.log(steps.join("\n"));
