/** How a release stands now: how long its step has been held, and what the judge says of it. */
import type { ReleaseForm } from "@bannerol/protocol/schemas";
import type { ReleasePlace } from "../../evidence/evidence.ts";
import type { ReleaseDocument } from "../../state/release-document.ts";
import type { Services } from "../services.ts";
import { ownsRollout } from "./active.ts";
import { holdName } from "./hold-clock.ts";
import { judge } from "./judge/judge.ts";
import type { Question, Verdict } from "./judge/verdict.ts";
import { wantsApproval } from "./step.ts";

export interface Standing {
  readonly heldMs: number;
  readonly question: Question;
  readonly verdict: Verdict;
}

/** `undefined` where its share is not out. */
export async function standingOf(
  services: Services,
  place: ReleasePlace,
  release: ReleaseDocument,
): Promise<Standing | undefined> {
  if (!ownsRollout(release)) return undefined;
  const { guards, serves: treated, steps, step } = release;
  const heldMs = services.holds.heldMs(holdName(place), release);
  const evidence = await services.evidence.of(place, { guards, treated, step, heldMs });
  const hold = steps[step]?.holdMs ?? 0;
  const planned = steps.map(({ percentage, holdMs }) => ({ percentage, holdMs }));
  const maxHoldMs = release.maxHoldMs ?? 10 * hold;
  const question = { guards, steps: planned, step, heldMs, maxHoldMs, treated, evidence, now: services.now() };
  return { heldMs, question, verdict: judge(question) };
}

/** What the next step waits for; `undefined` where none will begin by itself. */
export function waitsFor(
  release: ReleaseDocument,
  { heldMs, verdict }: Standing,
  isFrozen: boolean,
): ReleaseForm["waitsFor"] | undefined {
  if (release.state !== "running") return undefined;
  if (verdict.verdict === "noData") return "data";
  if (heldMs < (release.steps[release.step]?.holdMs ?? 0)) return "hold";
  if (verdict.verdict !== "pass") return "guards";
  if (wantsApproval(release)) return "approval";
  return isFrozen ? "freeze" : undefined;
}
