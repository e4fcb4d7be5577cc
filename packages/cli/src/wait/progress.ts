import type { Io } from "../io.ts";
import { bar } from "../output/bar.ts";
import type { Standing } from "./standing.ts";

export interface Progress {
  readonly show: (standing: Standing, ms: number) => void;
  /** Leaves nothing behind on a terminal. */
  readonly end: () => void;
}

const WIDTH = 24;
const LINE_EVERY_MS = 5_000;
const CLEAR_REST = "\u001b[K";

/** On standard error: a bar on a terminal, elsewhere a line now and then. */
export function progressOn({ stderr, env }: Pick<Io, "stderr" | "env">, revision: number): Progress {
  if (!stderr.isTerminal || env.TERM === "dumb") return lines(stderr, revision);
  return {
    show: (standing, ms) =>
      stderr.write(`\r${bar(standing.share, WIDTH)} ${sentence(standing, ms, revision)}${CLEAR_REST}`),
    end: () => stderr.write(`\r${CLEAR_REST}`),
  };
}

function lines(stderr: Io["stderr"], revision: number): Progress {
  let toldAt = Number.NEGATIVE_INFINITY;
  return {
    show(standing, ms) {
      if (ms - toldAt < LINE_EVERY_MS) return;
      toldAt = ms;
      stderr.write(`Waiting: ${sentence(standing, ms, revision)}\n`);
    },
    end: () => {},
  };
}

function sentence({ have, connected }: Standing, ms: number, revision: number): string {
  return `${have} of ${connected} SDKs have revision ${revision}, ${Math.floor(ms / 1_000)} s`;
}
