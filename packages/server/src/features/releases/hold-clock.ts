/**
 * For how long a step has been in force, by a clock that does not jump.
 *
 *     step seen to begin ─► 0 ────monotonic────►          read at the start ─► wall clock since it began ──monotonic──►
 *
 * The wall clock is asked once, where a step began while this process was not there to see it. Set forward or back
 * afterwards, it neither shortens nor lengthens a hold.
 */
import type { Ledger } from "../../log/ledger.ts";
import { readDocument } from "../../state/read-document.ts";
import type { ReleaseDocument } from "../../state/release-document.ts";

export interface HoldClockPorts {
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Milliseconds that never go back. */
  readonly monotonic: () => number;
}

interface Sight {
  /** Which step of which release, begun when. */
  readonly of: string;
  /** How long it had been in force when it was first seen. */
  readonly before: number;
  readonly at: number;
}

type Timed = Pick<ReleaseDocument, "id" | "state" | "step" | "since" | "heldMs">;

export class HoldClock {
  readonly #ports: HoldClockPorts;
  /** By where the release is. */
  readonly #sights = new Map<string, Sight>();

  constructor(ports: HoldClockPorts) {
    this.#ports = ports;
  }

  /** The release was written now, by this node or by another. */
  saw(where: string, release: Timed): void {
    const of = nameOf(release);
    if (this.#sights.get(where)?.of === of) return;
    this.#sights.set(where, { of, before: 0, at: this.#ports.monotonic() });
  }

  /** Milliseconds, pauses left out. */
  heldMs(where: string, release: Timed): number {
    if (release.state !== "running") return release.heldMs;
    const of = nameOf(release);
    let sight = this.#sights.get(where);
    if (sight?.of !== of) {
      const before = Math.max(0, this.#ports.now() - release.since);
      sight = { of, before, at: this.#ports.monotonic() };
      this.#sights.set(where, sight);
    }
    return release.heldMs + sight.before + (this.#ports.monotonic() - sight.at);
  }
}

/** A clock that sees every release as it is written, here or by another node. */
export function followHolds(ledger: Pick<Ledger, "subscribe">, ports: HoldClockPorts): HoldClock {
  const holds = new HoldClock(ports);
  ledger.subscribe(({ project, change }) => {
    for (const { kind, key: flag, environment, after } of change.items) {
      const read = kind === "release" ? readDocument(kind, after) : undefined;
      if (read?.ok === true) holds.saw(holdName({ project, environment, flag }), read.document);
    }
  });
  return holds;
}

/** Where a release is, in one text. */
export function holdName({
  project,
  environment,
  flag,
}: {
  project: string;
  environment: string;
  flag: string;
}): string {
  return JSON.stringify([project, environment, flag]);
}

function nameOf({ id, step, since }: Timed): string {
  return `${id}/${step}/${since}`;
}
