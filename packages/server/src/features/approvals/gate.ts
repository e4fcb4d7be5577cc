/**
 * Whether a change may be made now, must wait for approval, or may not be made: asked of what was decided, on the newest
 * state, so that no route, role or token goes around it. Pure.
 */
import type { ApprovedRequest } from "../../http/approved.ts";
import type { Refusal } from "../../http/refusal.ts";
import { differing } from "../../log/proposal.ts";
import type { Item } from "../../state/documents.ts";
import type { ProjectState } from "../../state/project-state.ts";
import { freezeAt, frozen } from "../freezes/frozen.ts";
import { goesBeyond, movedSince } from "./bases.ts";
import { alteredBy, asksForApproval, guardedLess, type Need, needsOf } from "./guarded.ts";

/** What a command says of itself. */
export interface GatedCommand {
  /**
   * What must work whatever is in the way, such as a kill: it needs no approval, passes freezes, and invariants that it
   * breaks are told of in `broken`, not enforced.
   */
  readonly urgent?: boolean;
  /** A part of what was approved as a whole, such as a step of a release. Freezes hold it all the same. */
  readonly isApproved?: boolean;
  /** Environments that it will alter later, by itself: they ask for approval now. */
  readonly waitsIn?: (state: ProjectState) => readonly string[];
}

export interface Gate {
  /** What has to be approved, whether or not it was. */
  readonly needs: readonly Need[];
  readonly refusal?: Refusal;
}

const OPEN: Gate = { needs: [] };

export function gateFor(
  state: ProjectState,
  items: readonly Item[],
  circumstances: {
    readonly command: GatedCommand;
    readonly approved: ApprovedRequest | undefined;
    /** Epoch milliseconds. */
    readonly now: number;
  },
): Gate {
  const { command, approved, now } = circumstances;
  if (command.urgent === true || (!asksForApproval(state) && state.freezes.size === 0)) return OPEN;
  const altered = alteredBy(state, items);
  const places = [...altered, ...guardedLess(state, items), ...(command.waitsIn?.(state) ?? [])];
  const needs = command.isApproved === true ? [] : needsOf(state, places);
  if (needs.length > 0 && approved === undefined) return { needs };
  const refusal = outdated(state, items, { needs, approved }) ?? frozenOf(state, altered, now);
  return refusal === undefined ? { needs } : { needs, refusal };
}

function outdated(
  state: ProjectState,
  items: readonly Item[],
  { needs, approved }: { readonly needs: readonly Need[]; readonly approved: ApprovedRequest | undefined },
): Refusal | undefined {
  if (approved === undefined) return undefined;
  const moved = movedSince(state, approved.bases);
  if (moved !== undefined) return outdatedBy(moved);
  const beyond = goesBeyond(state, approved.bases, differing(state, items));
  if (beyond !== undefined) return outdatedBy(`it would touch the ${beyond.kind} ${beyond.key} too by now`);
  const short = needs.find(({ environment, approvals }) => approved.votesFor(environment) < approvals);
  return short && outdatedBy(`${short.environment} asks for ${short.approvals} approvals by now`);
}

/** What was approved was approved for other documents than there are now. */
export function outdatedBy(what: string): Refusal {
  const detail = `What was approved no longer applies: ${what}. Nothing was changed; its author can propose it anew.`;
  return { code: "approval_outdated", detail };
}

function frozenOf(state: ProjectState, altered: ReadonlySet<string>, now: number): Refusal | undefined {
  for (const environment of altered) {
    const freeze = freezeAt(state, environment, now);
    if (freeze !== undefined) return frozen(freeze);
  }
  return undefined;
}
