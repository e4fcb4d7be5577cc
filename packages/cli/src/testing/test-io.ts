import { mkdtempSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ExitCode } from "../exit-codes.ts";
import type { Io } from "../io.ts";
import { run } from "../run.ts";

export interface Ran {
  readonly code: ExitCode;
  readonly stdout: string;
  readonly stderr: string;
}

export interface World {
  readonly env?: Io["env"];
  readonly folder?: string;
  readonly ownConfigFile?: string;
  readonly isTerminal?: boolean;
  /** What is typed where a question is asked, or what is piped in. */
  readonly input?: string;
  readonly questions?: string[];
  /** Hands over what ends a server. */
  readonly stop?: (listener: () => void) => void;
}

/** Test files share it and its process, which nobody tells that the last of them has ended: the system clears it away. */
const root = mkdtempSync(join(tmpdir(), "bannerol-cli-"));

/** A folder of its own, so that no file of the machine is found. */
export function emptyFolder(): Promise<string> {
  return mkdtemp(join(root, "x"));
}

/** A clock that only sleeping moves. */
function fakeClock(): Io["clock"] {
  let now = 0;
  return {
    now: () => now,
    date: () => Date.parse("2026-11-22T00:00:00Z") + now,
    async sleep(ms) {
      now += ms;
    },
  };
}

/** Runs one command line as the process would, in a world made of strings. */
export async function runCli(argv: readonly string[], world: World = {}): Promise<Ran> {
  const folder = world.folder ?? (await emptyFolder());
  const written = { stdout: "", stderr: "" };
  const sink = (name: "stdout" | "stderr") => ({
    isTerminal: world.isTerminal ?? false,
    write: (text: string) => {
      written[name] += text;
    },
  });
  const code = await run(argv, {
    env: world.env ?? {},
    folder,
    ownConfigFile: world.ownConfigFile ?? join(folder, "own", "cli.json"),
    stdout: sink("stdout"),
    stderr: sink("stderr"),
    stdin: {
      isTerminal: world.isTerminal ?? false,
      ask: async (question) => {
        world.questions?.push(question);
        return world.input ?? "";
      },
      readAll: async () => world.input ?? "",
      async *bytes() {
        yield new TextEncoder().encode(world.input ?? "");
      },
    },
    clock: fakeClock(),
    interrupts: { take: (listener) => world.stop?.(listener) },
  });
  return { code, ...written };
}
