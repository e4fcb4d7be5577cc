/** What a crowd is connected to: the product, or the floor under it. */
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import type { BareBroadcasterRequests } from "./bare-broadcaster.ts";
import type { Target } from "./clients.ts";
import { CHANGING, putFlags } from "./flags.ts";
import type { Processes } from "./processes.ts";
import { Product } from "./product.ts";

export interface Broadcaster {
  readonly target: () => Target;
  /** Clients that may be opened in a second. */
  readonly perSecond: number;
  readonly pid: () => number;
  readonly collect: () => Promise<void>;
  /** Makes a change of which everybody hears: the flag that was on goes off, and back. Answers once it is durable. */
  readonly change: () => Promise<Changed>;
}

export interface Changed {
  readonly revision: number;
  /** Whether the flag is on now. */
  readonly on: boolean;
}

/** Below what the server admits, so that nobody is sent away. */
const HANDSHAKES_PER_SECOND = 150;
const BARE_PER_SECOND = 1_000;

/** One flag: what a client holds beside it is not the server's. */
export async function startProduct(processes: Processes): Promise<Broadcaster & { readonly product: Product }> {
  const product = await Product.start(processes);
  await putFlags(product, 1);
  let on = true;
  return {
    product,
    target: () => ({ kind: "sdk", url: product.url, key: product.key }),
    perSecond: HANDSHAKES_PER_SECOND,
    pid: () => product.pid,
    collect: () => product.collect(),
    async change() {
      on = !on;
      return { revision: await product.switch(CHANGING, on), on };
    },
  };
}

/** Sends the bytes of `frame`, text. */
export async function startBare(
  processes: Processes,
  frame: string,
): Promise<Broadcaster & { readonly end: () => Promise<void> }> {
  const bare = processes.fork<BareBroadcasterRequests>("bare-broadcaster.ts", ["--expose-gc"]);
  const file = join(mkdtempSync(join(processes.folder, "bare-")), "bare.db");
  const url = `http://127.0.0.1:${await bare.ask("listen", { file, frame })}`;
  const bytes = Buffer.byteLength(frame);
  let revision = 0;
  return {
    target: () => ({ kind: "bare", url, bytes, revision }),
    perSecond: BARE_PER_SECOND,
    pid: () => bare.pid,
    collect: async () => {
      await bare.ask("collect");
    },
    async change() {
      const { ok } = await fetch(url, { method: "POST" });
      if (!ok) throw new Error("The bare server refused a change.");
      revision += 1;
      return { revision, on: true };
    },
    end: () => bare.end(),
  };
}
