/**
 * Who is connected to the other nodes: each writes who is connected to it into the database, every 2 s and only where that
 * has changed, and asks for what the others wrote.
 *
 *     every 2 s ─► who is connected here ─► what is new of it ─► store.nodes.report
 *     asked     ─► store.nodes.others ─► those of nodes that have said something within 10 s
 *
 * The log knows nothing of it, and nothing that is served depends on it.
 */
import { z } from "zod";
import type { NodeReport, NodeStore } from "../../store/node-store.ts";
import type { Here } from "./here.ts";
import type { ConnectedSdk } from "./inventory.ts";

const REPORT_MS = 2_000;

export interface NodeReportPorts {
  readonly store: NodeStore;
  /** Random, one for each process. */
  readonly node: string;
  readonly here: Here;
  readonly places: () => readonly { readonly project: string; readonly environment: string }[];
  /** Calls `fn` about every `ms`; the answer stops it. */
  readonly every: (ms: number, fn: () => void) => () => void;
  /** What was in the way of a report; the next one says all again. */
  readonly failed: (error: unknown) => void;
}

/** As another version of the program may have written it. */
const sdkSchema = z.object({
  instance: z.string(),
  name: z.string(),
  version: z.string(),
  keyId: z.string(),
  class: z.enum(["server", "client"]),
  transport: z.enum(["websocket", "sse", "polling"]),
  acknowledged: z.int().min(0),
  since: z.number(),
});

export class NodeReports {
  readonly #ports: NodeReportPorts;
  readonly #stop: () => void;
  /** What the database was told of each place, but for instants, which differ at each look. */
  readonly #told = new Map<string, string>();
  #reporting: Promise<void> = Promise.resolve();

  constructor(ports: NodeReportPorts) {
    this.#ports = ports;
    this.#stop = ports.every(REPORT_MS, () => void this.report());
  }

  /** Says who is connected here. Never rejects. */
  report(): Promise<void> {
    this.#reporting = this.#reporting.then(() => this.#report());
    return this.#reporting;
  }

  /** Rejects with a `StoreFault`. What cannot be read is left out. */
  async others(project: string, environment: string): Promise<readonly ConnectedSdk[]> {
    const { store, node } = this.#ports;
    return (await store.others(node, project, environment)).flatMap(readSdks);
  }

  /** The node goes. Never rejects: it would count as gone in 10 s anyway. */
  async close(): Promise<void> {
    this.#stop();
    await this.#reporting;
    const { store, node, failed } = this.#ports;
    await store.leave(node).catch(failed);
  }

  async #report(): Promise<void> {
    const { store, node, failed } = this.#ports;
    const news = this.#news();
    for (const [name, { signature }] of news) this.#told.set(name, signature);
    if (this.#told.size === 0) return;
    try {
      const rows = await store.report(
        node,
        [...news.values()].map(({ report }) => report),
      );
      if (rows < this.#told.size) this.#told.clear();
    } catch (error) {
      this.#told.clear();
      failed(error);
    }
  }

  #news(): ReadonlyMap<string, { readonly signature: string; readonly report: NodeReport }> {
    const { here, places } = this.#ports;
    const news = new Map<string, { signature: string; report: NodeReport }>();
    for (const { project, environment } of places()) {
      const sdks = here(project, environment);
      const name = JSON.stringify([project, environment]);
      const signature = JSON.stringify(sdks.map(({ since: _, ...sdk }) => sdk));
      // Of a place where nobody ever was, there is nothing to say.
      if (signature === (this.#told.get(name) ?? "[]")) continue;
      news.set(name, { signature, report: { project, environment, sdks: JSON.stringify(sdks) } });
    }
    return news;
  }
}

function readSdks(text: string): readonly ConnectedSdk[] {
  const rows: unknown = JSON.parse(text);
  if (!Array.isArray(rows)) return [];
  return rows.flatMap((row) => {
    const read = sdkSchema.safeParse(row);
    return read.success ? [read.data] : [];
  });
}
