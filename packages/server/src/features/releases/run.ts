/**
 * Carries releases on: each is judged again and again, and what the verdict asks for is done once, by the node whose commit
 * is the first.
 *
 *     evidence ─► judge ─► step ─┬─ nothing to do
 *                                └─ verdict kept ─► committed, if the release still is as it was judged
 *
 * A step begins only with a commit of its own, whose hold begins with it, so a server that was away catches up by one.
 */

import type { ReleasePlace } from "../../evidence/evidence.ts";
import { RefusedError } from "../../http/refusal.ts";
import type { Revised } from "../../state/project-state.ts";
import type { ReleaseDocument } from "../../state/release-document.ts";
import { changeAsSystem } from "../by-system.ts";
import { freezeAt } from "../freezes/frozen.ts";
import type { Services } from "../services.ts";
import { commandFor } from "../targeting/command.ts";
import { ownsRollout } from "./active.ts";
import { moveRelease } from "./decide.ts";
import { type Standing, standingOf } from "./standing.ts";
import { type ReleaseEffect, type ReleaseEvent, step } from "./step.ts";

type Found = ReleasePlace & { readonly release: string };

export class ReleaseRunner {
  readonly #services: Services;
  /** What the judge said last, by release: a verdict is kept where it says something else. */
  readonly #said = new Map<string, string>();

  constructor(services: Services) {
    this.#services = services;
  }

  /** Looks at every release once. Rejects with the first fault, after all of them were looked at. */
  async round(): Promise<void> {
    const faults: unknown[] = [];
    for (const [place, release] of activeReleases(this.#services)) {
      try {
        await this.#carryOn(place, release);
      } catch (error) {
        faults.push(error);
      }
      // Each is read and judged at once: requests need not wait for all of them.
      await new Promise((resume) => setImmediate(resume));
    }
    if (faults.length > 0) throw faults[0];
  }

  async #carryOn(place: Found, found: Revised<ReleaseDocument>): Promise<void> {
    const { document: release } = found;
    if (release.state === "scheduled") {
      if ((release.startsAt ?? 0) > this.#services.now()) return;
      return this.#move(place, found, { type: "begin" });
    }
    const standing = await standingOf(this.#services, place, release);
    if (standing === undefined) return;
    const event = judgedEvent(release, standing);
    const stepped = step(release, event, this.#services.now());
    const did = stepped.ok && !this.#waitsForThaw(place, stepped.effect) ? stepped.action : undefined;
    await this.#keep(place, standing, did);
    if (did !== undefined) await this.#move(place, found, event);
  }

  /** Whether what is due alters an environment that is frozen; what takes users out does so all the same. */
  #waitsForThaw({ project, environment }: Found, effect: ReleaseEffect | undefined): boolean {
    const { ledger, now } = this.#services;
    const state = ledger.state(project);
    return effect?.type === "serve" && state !== undefined && freezeAt(state, environment, now()) !== undefined;
  }

  async #keep(place: Found, { question, verdict }: Standing, did: string | undefined): Promise<void> {
    const says = `${question.step} ${verdict.verdict} ${verdict.reason}`;
    if (did === undefined && this.#said.get(place.release) === says) return;
    this.#said.set(place.release, says);
    const { evidence, now } = this.#services;
    await evidence.keepVerdict(place, { at: now(), question, verdict, ...(did === undefined ? {} : { did }) });
  }

  async #move(place: Found, { document, revision }: Revised<ReleaseDocument>, event: ReleaseEvent): Promise<void> {
    const services = this.#services;
    const { project, environment, flag } = place;
    const command = await commandFor(services, { project, environment }, flag);
    const carryOut = (what: ReleaseEvent, urgent: boolean) =>
      changeAsSystem(services, project, {
        urgent,
        decide: (state) => moveRelease(state, command, { event: what, now: services.now(), revision }),
      });
    try {
      await carryOut(event, takesBack(document, event));
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      const code: string = error.refusal.code;
      if (code === "frozen") return;
      const begun = ownsRollout(document);
      const reason = `${begun ? "The next step could not be made" : "It could not begin"}: ${error.refusal.detail}`;
      const heldMs = document.steps[document.step]?.holdMs ?? 0;
      await carryOut(begun ? { type: "pause", by: "server", reason, heldMs } : { type: "abort", reason }, true);
    }
  }
}

function judgedEvent({ steps, step: at }: ReleaseDocument, { heldMs, verdict }: Standing): ReleaseEvent {
  const held = heldMs >= (steps[at]?.holdMs ?? 0);
  return { type: "judged", verdict: verdict.verdict, held, says: verdict.says };
}

/** Only what takes users out may not be held up by anything. */
function takesBack(release: ReleaseDocument, event: ReleaseEvent): boolean {
  const stepped = step(release, event, release.since);
  return stepped.ok && stepped.effect?.type === "restore";
}

function activeReleases({ ledger }: Services): readonly (readonly [Found, Revised<ReleaseDocument>])[] {
  return ledger.projects().flatMap((project) =>
    [...(ledger.state(project)?.releases ?? [])].flatMap(([environment, releases]) =>
      [...releases].flatMap(([flag, found]) => {
        const { id, state } = found.document;
        if (state !== "scheduled" && !ownsRollout({ state })) return [];
        return [[{ project, environment, flag, release: id }, found] as const];
      }),
    ),
  );
}
