/** Forks a process for each subject, and gathers what they measured. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Measured } from "./child.ts";
import { median } from "./cost.ts";
import { scenarios } from "./scenarios.ts";
import type { Start } from "./start.ts";
import { type SubjectName, subjects } from "./subject.ts";

const child = fileURLToPath(new URL("child.ts", import.meta.url));
/** As large as the young generation grows by itself, from the start: what is allocated can be counted. */
const flags = ["--expose-gc", "--min-semi-space-size=16"];

export type BySubject<T> = ReadonlyMap<SubjectName, T>;

/**
 * By scenario, then by subject. One process asks for the short scenarios, as an application would; each long one has its own.
 *
 * Subjects take turns, several times over, and of each the best turn counts: a machine that others share is half as fast
 * for seconds at a time, and whoever is measured then would seem to be.
 */
export async function measureScenarios(isShort: boolean): Promise<ReadonlyMap<string, BySubject<Measured>>> {
  const rounds = isShort ? "5" : "9";
  const all = scenarios.map((scenario, index) => ({ ...scenario, index }));
  const chosen = all.filter(({ isLong }) => !isLong || !isShort);
  const together = chosen.filter(({ isLong }) => !isLong);
  const groups = [together, ...chosen.filter(({ isLong }) => isLong).map((scenario) => [scenario])];
  const table = new Map(chosen.map(({ title }) => [title, new Map<SubjectName, Measured>()]));
  for (const group of groups) {
    const turns = isShort || group !== together ? 1 : 7;
    for (const subject of Array.from({ length: turns }, () => subjects).flat()) {
      const indexes = group.map(({ index }) => index).join(",");
      const measured = await ask<readonly Measured[]>([subject, "evaluate", indexes, rounds]);
      for (const [at, { title }] of group.entries()) {
        const before = table.get(title)?.get(subject);
        table.get(title)?.set(subject, better(before, measured?.[at] ?? { failed: "The process ended." }));
      }
    }
  }
  return table;
}

/** The lower cost; a failure is never forgiven by another turn. */
function better(before: Measured | undefined, now: Measured): Measured {
  if (before === undefined || "failed" in now) return now;
  if ("failed" in before) return before;
  return before.nanoseconds <= now.nanoseconds ? before : now;
}

/** The median of several processes for each subject; undefined where it ended without an answer. */
export async function measureStarts(isShort: boolean): Promise<BySubject<Start | undefined>> {
  const starts = new Map<SubjectName, Start | undefined>();
  // By handle is no other way to start.
  for (const subject of subjects.filter((name) => name !== "bannerol-by-handle")) {
    const measured: Start[] = [];
    for (let round = 0; round < (isShort ? 1 : 5); round += 1) {
      const start = await ask<Start>([subject, "start"]);
      if (start !== undefined) measured.push(start);
    }
    starts.set(subject, measured.length === 0 ? undefined : medianStart(measured));
  }
  return starts;
}

function medianStart(starts: readonly Start[]): Start {
  return {
    firstMs: median(starts.map(({ firstMs }) => firstMs)),
    eachMs: median(starts.map(({ eachMs }) => eachMs)),
    heapMiB: median(starts.map(({ heapMiB }) => heapMiB)),
  };
}

/** What a process sent before it ended. */
async function ask<T>(args: readonly string[]): Promise<T | undefined> {
  const asked = fork(child, args, {
    execArgv: [...flags, "--import", "tsx"],
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  let answer: T | undefined;
  asked.on("message", (message) => {
    answer = message as T;
  });
  await once(asked, "exit");
  return answer;
}
