/**
 * Where a release's evidence is kept: sums that SDKs sent, readings of other sources, and the verdicts that were given.
 *
 *     events ─► usage (each batch once) ─► sums ─► of() ─► the judge ─► keepVerdict()
 *     of() ─► sources that are due are read in the background ─► usage ─► sums
 */
import type { ReleaseEvidence } from "../features/releases/judge/evidence.ts";
import type { Guard } from "../features/releases/judge/guard.ts";
import type { Question, Verdict } from "../features/releases/judge/verdict.ts";
import { type EvidenceStore, VERDICTS_KEPT } from "../store/evidence-store.ts";
import { type ParallelReport, parallelReports, parallelSubject } from "./parallel-runs.ts";
import { evidenceFrom, releaseSubject } from "./sum-rows.ts";

export interface ReleasePlace {
  readonly project: string;
  readonly environment: string;
  readonly flag: string;
  readonly release: string;
}

/** What is asked of it: whose sources are to be read, for which step. */
export interface Wanted {
  readonly guards: readonly Guard[];
  readonly treated: Question["treated"];
  readonly step: number;
  /** How long the step has been held. */
  readonly heldMs: number;
}

/** A verdict with all that it was given on: asked again, the judge answers the same. */
export interface GivenVerdict {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly question: Question;
  readonly verdict: Verdict;
  /** What it led to; absent where it led to nothing. */
  readonly did?: string;
}

export interface EvidencePorts {
  readonly store: EvidenceStore;
  /** Reads the sources that are due, and has what they say kept. Never rejects. */
  readonly read: (place: ReleasePlace, wanted: Wanted) => Promise<void>;
}

export class Evidence {
  readonly #ports: EvidencePorts;
  readonly #listeners = new Set<(place: ReleasePlace) => void>();

  constructor(ports: EvidencePorts) {
    this.#ports = ports;
  }

  /** All that is known of a release by now. Does not wait for sources outside. */
  async of({ project, environment, release, flag }: ReleasePlace, wanted: Wanted): Promise<ReleaseEvidence> {
    void this.#ports.read({ project, environment, release, flag }, wanted);
    return evidenceFrom(await this.#ports.store.sums({ project, environment, subject: releaseSubject(release) }));
  }

  async keepVerdict(place: ReleasePlace, { at, question, verdict, did }: GivenVerdict): Promise<void> {
    const body = JSON.stringify({ question, verdict, ...(did !== undefined && { did }) });
    await this.#ports.store.keepVerdict({ ...place, step: question.step, at, body });
  }

  /** The newest first, as many as are kept. */
  async verdicts(place: ReleasePlace): Promise<readonly GivenVerdict[]> {
    const kept = await this.#ports.store.verdicts(place, VERDICTS_KEPT);
    return kept.map(({ at, body }) => ({ ...JSON.parse(body), at }));
  }

  /** Parallel runs of a flag, by its revision, the newest first. */
  async parallel(place: Omit<ReleasePlace, "release">): Promise<readonly ParallelReport[]> {
    const { project, environment, flag } = place;
    return parallelReports(await this.#ports.store.sums({ project, environment, subject: parallelSubject(flag) }));
  }

  /** Told of each release that outcomes came in for; the answer ends it. */
  subscribe(listener: (place: ReleasePlace) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Outcomes of these are durable from now on. */
  came(places: readonly ReleasePlace[]): void {
    for (const place of places) for (const listener of this.#listeners) listener(place);
  }
}
