/** Runs a program under strace, and cuts its power in every way at every moment. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import type { Chance } from "../chance.ts";
import type { Disk, Luck } from "./disk.ts";
import { readTrace, type TraceEvent, tracedCalls } from "./trace.ts";

/** Why no process can be traced here; `undefined` where one can. */
export function whyUntraceable(): string | undefined {
  const tried = spawnSync("strace", ["-f", "-o", "/dev/null", "true"], { encoding: "utf8" });
  if (tried.error !== undefined) return "strace is not installed, so no power loss can be replayed";
  return tried.status === 0 ? undefined : `strace may trace no process here: ${tried.stderr.trim()}`;
}

/** A moment of a traced run: what the disk was told so far, and what the program had said by then. */
export interface Moment {
  readonly disk: Disk;
  /** Lines of standard output. */
  readonly said: readonly string[];
  /** What happened last. */
  readonly event: TraceEvent;
}

/** Runs a program of Node.js to its end and writes down what it does to files. */
export async function trace(args: readonly string[], file: string): Promise<void> {
  const options = ["-f", "-xx", "-s", "100000000", "-o", file, "-e", `trace=${tracedCalls.join(",")}`];
  const stdio: ["ignore", "ignore", "pipe"] = ["ignore", "ignore", "pipe"];
  const child = spawn("strace", [...options, process.execPath, ...args], { stdio });
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors += text;
  });
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`The traced program ended with ${code}:\n${errors}`);
}

/** Each moment at which the disk, new when the run began, changed or the program said something. */
export async function* moments(file: string, disk: Disk): AsyncGenerator<Moment> {
  const said: string[] = [];
  for await (const event of readTrace(createInterface({ input: createReadStream(file) }))) {
    if (event.call === "write" && event.fd === 1) said.push(...event.data.toString("utf8").trim().split("\n"));
    else if (!disk.take(event)) continue;
    yield { disk, said, event };
  }
}

/** Nothing that was not synced persists. */
export const nothing: Luck = { sector: 4_096, persists: () => false };

/** Some of it does, torn at a sector's edge: little, half, nearly all, or all of it. */
export function torn(chance: Chance): Luck {
  const share = chance.pick([0.1, 0.5, 0.9, 0.99, 1]);
  return { sector: chance.pick([512, 4_096]), persists: () => chance.happens(share) };
}
