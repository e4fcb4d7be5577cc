/** Measures one thing in a process of its own, and sends what it found to the process that forked it. */
import { Ledger } from "../../../packages/server/src/log/ledger.ts";
import { sample } from "../../../packages/server/src/state/sample-documents.ts";
import { SYSTEM_PROJECT } from "../../../packages/server/src/store/port.ts";
import { bareInserts } from "./bare.ts";
import { median, perSecond } from "./clients.ts";
import { fill, PROJECT, STEP_MS, targeting } from "./history.ts";
import { openAt, type Place } from "./place.ts";
import { postgresSink, sqliteSink } from "./sinks.ts";

export type Task =
  | { readonly name: "fill"; readonly flags: number; readonly changes: number }
  | { readonly name: "start" | "reads" }
  | { readonly name: "changes" | "bare"; readonly clients: number; readonly ms: number };

const place: Place = JSON.parse(process.argv[2] ?? "{}");
const task: Task = JSON.parse(process.argv[3] ?? "{}");
const reports = { unreadable: () => undefined, listenerFailed: () => undefined };
const actor = { type: "system", id: "bench", name: "bench" } as const;

/** A change's text, and the document once as an item and once as the newest state. */
const ROW_BYTES = JSON.stringify(targeting(1, 1)).length * 3 + 250;

process.send?.(await measure(), () => process.exit(0));

function measure(): Promise<object> {
  switch (task.name) {
    case "fill":
      return fillIt(task);
    case "start":
      return start();
    case "reads":
      return reads();
    case "changes":
      return changes(task);
    case "bare":
      return bareInserts(place, { ...task, bytes: ROW_BYTES }).then((rate) => ({ rate }));
  }
}

async function fillIt(amounts: { readonly flags: number; readonly changes: number }): Promise<object> {
  await (await openAt(place)).close();
  const sink = place.kind === "sqlite" ? sqliteSink(place.file) : postgresSink(place.url, place.schema);
  await fill(sink, amounts);
  await sink.close();
  return {};
}

/** From nothing to a node that has everything in memory. */
async function start(): Promise<object> {
  const began = performance.now();
  const store = await openAt(place);
  const openedMs = performance.now() - began;
  const ledger = await Ledger.open({ store, reports, at: Date.now() });
  const readyMs = performance.now() - began;
  const { rss } = process.memoryUsage();
  globalThis.gc?.();
  const { heapUsed } = process.memoryUsage();
  const flags = ledger.view(PROJECT, "production", "server")?.entities.size ?? 0;
  const { revision = 0 } = ledger.state(PROJECT) ?? {};
  await ledger.close();
  return { openedMs, readyMs, rssMiB: rss / 2 ** 20, heapMiB: heapUsed / 2 ** 20, flags, revision };
}

async function reads(): Promise<object> {
  const store = await openAt(place);
  const { revision } = await store.load(PROJECT);
  const somewhere = (call: number): number => 1 + ((call * 7_919_993) % revision);
  const result = {
    followMs: await median(31, (call) => store.follow(PROJECT, somewhere(call), 100)),
    pageMs: await median(31, (call) => store.changes(PROJECT, { before: somewhere(call), limit: 50 })),
    flagMs: await median(31, (call) => store.changes(PROJECT, { flag: `flag-${call}`, limit: 50 })),
    instantMs: await median(31, (call) => store.revisionAt(PROJECT, somewhere(call) * STEP_MS)),
    pastMs: await median(5, (call) => store.documentsAt(PROJECT, somewhere(call), "production")),
  };
  await store.close();
  return result;
}

async function changes({ clients, ms }: { readonly clients: number; readonly ms: number }): Promise<object> {
  const ledger = await Ledger.open({ store: await openAt(place), reports, at: Date.now() });
  await put(ledger, SYSTEM_PROJECT, () => [sample.project(PROJECT)]);
  await put(ledger, PROJECT, () => [sample.environment("production")]);
  for (let flag = 0; flag < 100; flag += 1) {
    await put(ledger, PROJECT, () => [sample.flag(`flag-${flag}`), targeting(flag, 0)]);
  }
  const begun = (ledger.state(PROJECT)?.revision ?? 0) + 1;
  const rate = await perSecond(clients, ms, (call) =>
    put(ledger, PROJECT, () => [targeting(call % 100, begun + call)]),
  );
  await ledger.close();
  return { rate };
}

async function put(ledger: Ledger, project: string, items: () => ReturnType<typeof targeting>[]): Promise<void> {
  const request = { project, actor, at: Date.now() };
  await ledger.execute(request, () => ({ ok: true, action: "bench", items: items(), result: undefined }));
}
