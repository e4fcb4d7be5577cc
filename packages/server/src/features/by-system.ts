/**
 * Changes that the server makes by itself: nobody asks, so no role is asked for, and what it carries out was approved when
 * it was taken down, or is refused by whoever decides it; freezes hold it, and so does what has to hold.
 */
import { type BrokenInvariant, MAX_COMMENT_LENGTH } from "@bannerol/protocol/schemas";
import { RefusedError } from "../http/refusal.ts";
import type { ProjectState } from "../state/project-state.ts";
import type { Actor } from "../store/port.ts";
import { gateFor } from "./approvals/gate.ts";
import { type Decided, refused } from "./decision.ts";
import { brokenBy } from "./invariants/check.ts";
import { besideReleases } from "./releases/hand-edit.ts";
import type { Services } from "./services.ts";
import { shortened } from "./shortened.ts";

export const machine: Actor = { type: "system", id: "server", name: "server" };

export interface SystemCommand<T> {
  readonly decide: (state: ProjectState) => Decided<T>;
  /** What must work whatever is frozen, and whatever it breaks: the change's comment names that. */
  readonly urgent?: boolean;
}

/** Throws `RefusedError`, or a `StoreFault`. */
export async function changeAsSystem<T>(services: Services, project: string, command: SystemCommand<T>): Promise<T> {
  const { ledger, now, state: service } = services;
  const request = { project, actor: machine, at: now() };
  const carryOut = () =>
    service.watchStore(() => ledger.execute(request, (state) => decideOn(services, state, command)));
  const more = ledger.mark();
  let execution = await carryOut();
  const isMade = execution.ok && execution.change !== undefined;
  // A schedule must not lapse, nor a release end, for what another node has changed since.
  if (!isMade && (await service.watchStore(more))) execution = await carryOut();
  if (!execution.ok) throw new RefusedError(execution.refusal);
  if (execution.change !== undefined) service.wrote();
  return execution.result;
}

function decideOn<T>(
  services: Services,
  state: ProjectState,
  { decide, urgent = false }: SystemCommand<T>,
): Decided<T> {
  const proposed = decide(state);
  if (!proposed.ok) return proposed;
  if (urgent) return naming(proposed, brokenBy(state, proposed, services));
  const beside = besideReleases(state, proposed.items);
  if ("ok" in beside) return beside;
  const decided = { ...proposed, ...beside };
  const command = { isApproved: true };
  const { refusal } = gateFor(state, decided.items, { command, approved: undefined, now: services.now() });
  if (refusal !== undefined) return { ok: false, refusal };
  const [broken] = brokenBy(state, decided, services);
  return broken === undefined
    ? decided
    : refused("invariant_broken", `An invariant would be broken: ${broken.message}`);
}

/** Nobody is answered, so the history tells what does not hold any more, however much else there is to tell. */
function naming<T>(decided: Extract<Decided<T>, { ok: true }>, broken: readonly BrokenInvariant[]): Decided<T> {
  if (broken.length === 0) return decided;
  const told = broken.map(({ message }) => `An invariant is broken now: ${message}`).join(" ");
  const named = shortened(told, MAX_COMMENT_LENGTH / 2);
  const { comment } = decided;
  const rest = comment === undefined ? [] : [shortened(comment, MAX_COMMENT_LENGTH - named.length - 1)];
  return { ...decided, comment: [...rest, named].join(" ") };
}
