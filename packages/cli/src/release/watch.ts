/** Follows a release to its end: drawn on a terminal, line by line elsewhere. */
import type { TargetingName } from "@bannerol/admin-client";
import type { ReleaseForm } from "@bannerol/protocol/schemas";
import type { Call, Session } from "../call.ts";
import { ExitCode } from "../exit-codes.ts";
import type { Io } from "../io.ts";
import { coloursFor } from "../output/colour.ts";
import type { Output } from "../output/output.ts";
import { printable } from "../output/printable.ts";
import { widthOf } from "../output/table.ts";
import { notYet } from "../passing.ts";
import { releaseLine, releasePicture } from "./picture.ts";

const EVERY_MS = 1_000;
/** Without a terminal a line is written so often, whether or not anything has changed. */
const LINE_EVERY_MS = 60_000;

/** The release as it ended, or as it stood when somebody had seen enough; it goes on without who watches it. */
export async function watchRelease({ io }: Call, session: Session, name: TargetingName): Promise<Output> {
  const interruption = new AbortController();
  io.interrupts.take(() => interruption.abort());
  const screen = screenFor(io, name);
  let release: ReleaseForm | undefined;
  for (;;) {
    const asked = await session.admin.releases.get(name).catch(notYet);
    if ("body" in asked) {
      release = asked.body;
      screen.show(release);
    }
    if (release !== undefined && (isOver(release) || interruption.signal.aborted)) break;
    if (release === undefined && interruption.signal.aborted) throw asked;
    await io.clock.sleep(EVERY_MS, interruption.signal);
  }
  const last = release;
  return {
    document: last,
    text: (colours) => (screen.isLive ? "" : releasePicture(name, last, colours)),
    exitCode: exitCodeOf(last),
    ...(isOver(last) ? {} : { notes: [goesOn(name)] }),
  };
}

function goesOn({ flag, environment }: TargetingName): string {
  const place = `${printable(flag)} --env ${printable(environment)}`;
  return `The release goes on. Watch it again: bannerol release show ${place} --watch`;
}

export function isOver({ state }: ReleaseForm): boolean {
  return state === "completed" || state === "rolledBack" || state === "aborted";
}

function exitCodeOf(release: ReleaseForm): ExitCode {
  if (!isOver(release)) return ExitCode.interrupted;
  return release.state === "completed" ? ExitCode.done : ExitCode.refused;
}

interface Screen {
  readonly isLive: boolean;
  readonly show: (release: ReleaseForm) => void;
}

function screenFor({ stderr, env, clock }: Pick<Io, "stderr" | "env" | "clock">, name: TargetingName): Screen {
  if (!stderr.isTerminal || env.TERM === "dumb") return lines(stderr, clock);
  const colours = coloursFor(true, env);
  let drawn: readonly string[] = [];
  return {
    isLive: true,
    show(release) {
      // Asked each time: a terminal is made wider and narrower, and wraps what it shows.
      const columns = stderr.columns ?? Number.POSITIVE_INFINITY;
      const height = drawn.reduce((sum, row) => sum + Math.max(1, Math.ceil(widthOf(row) / columns)), 0);
      drawn = releasePicture(name, release, colours, columns).split("\n");
      const up = height === 0 ? "" : `\u001b[${height}A`;
      stderr.write(`${up}\r\u001b[J${drawn.join("\n")}\n`);
    },
  };
}

function lines(stderr: Io["stderr"], clock: Io["clock"]): Screen {
  let told = "";
  let toldAt = Number.NEGATIVE_INFINITY;
  return {
    isLive: false,
    show(release) {
      const { state, step, waitsFor = "" } = release;
      const now = `${state} ${step} ${waitsFor} ${release.verdict?.verdict ?? ""}`;
      if (now === told && clock.now() - toldAt < LINE_EVERY_MS) return;
      [told, toldAt] = [now, clock.now()];
      stderr.write(`${releaseLine(release)}\n`);
    },
  };
}
