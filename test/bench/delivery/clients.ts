/** What a load process holds: SDK clients, or sockets that apply nothing, at the product or at the floor. */
import { createClient } from "@bannerol/sdk-node";
import { WebSocket } from "ws";
import { CHANGING } from "./flags.ts";
import type { Place } from "./place.ts";
import { openStream } from "./stream.ts";

/**
 * Where clients connect to. A reader does no more than say hello and look for deltas. Bare ones expect messages of so many
 * bytes, each a revision more than there is.
 */
export type Target =
  | ({ readonly kind: "sdk" | "reader" } & Place)
  | { readonly kind: "bare"; readonly url: string; readonly bytes: number; readonly revision: number };

export interface LoadClient {
  /** Rejects where it takes longer than anything can explain. */
  readonly ready: Promise<unknown>;
  /** Whether it has that revision, or a newer one, and hears of the next at once. */
  readonly isCurrent: (revision: number) => boolean;
  /** Whether the changing flag is as it should be. */
  readonly serves: (on: boolean) => boolean;
}

const PATIENCE_MS = 300_000;
const silent = { warn: () => undefined };

/** `arrived` hears of each change with its revision, once it is applied. */
export function openClient(target: Target, arrived: (revision: number) => void): LoadClient {
  switch (target.kind) {
    case "sdk":
      return openSdk(target, arrived);
    case "reader":
      return openReader(target, arrived);
    case "bare":
      return openBare(target, arrived);
  }
}

function openSdk({ url, key }: Place, arrived: (revision: number) => void): LoadClient {
  const client = createClient({
    url,
    key,
    cache: false,
    logger: silent,
    readyTimeoutMs: PATIENCE_MS,
    onReadyTimeout: "reject",
  });
  client.on("change", ({ revision }) => arrived(revision));
  return {
    ready: client.ready(),
    isCurrent(wanted) {
      const { state, revision = 0 } = client.status();
      return state === "live" && revision >= wanted;
    },
    // Not by asking for it: what is asked for is counted, and the counts are sent.
    serves: (on) => client.explain(CHANGING, { targetingKey: "anybody" }).value === on,
  };
}

function openReader(place: Place, arrived: (revision: number) => void): LoadClient {
  let revision = 0;
  const ready = openStream(place).then(({ socket }) => {
    socket.on("message", (data: Buffer) => {
      const message = JSON.parse(data.toString());
      if (message.type !== "delta") return;
      revision = message.to;
      arrived(revision);
    });
  });
  return { ready, isCurrent: (wanted) => revision >= wanted, serves: () => true };
}

/** A message of the right length counts as the revision after the one before. */
function openBare(target: Extract<Target, { kind: "bare" }>, arrived: (revision: number) => void): LoadClient {
  const { url, bytes } = target;
  const socket = new WebSocket(url.replace("http", "ws"), { perMessageDeflate: false });
  let { revision } = target;
  socket.on("message", (data: Buffer) => {
    if (data.length !== bytes) throw new Error(`A message of ${data.length} bytes arrived in place of ${bytes}.`);
    revision += 1;
    arrived(revision);
  });
  const ready = new Promise((resolve, reject) => {
    socket.once("open", resolve);
    socket.once("error", reject);
  });
  return { ready, isCurrent: (wanted) => revision >= wanted, serves: () => true };
}
