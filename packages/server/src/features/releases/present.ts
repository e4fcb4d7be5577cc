/** A release as answers show it: its document, for how long its step has been held, and what the judge says of it. */
import type { ReleaseChanged, ReleaseForm } from "@bannerol/protocol/schemas";
import type { EnvironmentScope } from "../../auth/scope.ts";
import type { ReleasePlace } from "../../evidence/evidence.ts";
import type { Answer } from "../../http/route.ts";
import { type Revised, releaseOf } from "../../state/project-state.ts";
import type { ReleaseDocument } from "../../state/release-document.ts";
import type { Done } from "../commands.ts";
import { freezeAt } from "../freezes/frozen.ts";
import type { Services } from "../services.ts";
import { releaseForm } from "./form.ts";
import { holdName } from "./hold-clock.ts";
import { standingOf, waitsFor } from "./standing.ts";

export const RELEASE_PATH = "/api/v1/projects/{p}/flags/{f}/environments/{e}/release";

export function placeOf(
  { place }: EnvironmentScope,
  flag: string,
  { document }: Revised<ReleaseDocument>,
): ReleasePlace {
  return { ...place, flag, release: document.id };
}

export function plainForm(
  { holds }: Services,
  place: ReleasePlace,
  { document, revision }: Revised<ReleaseDocument>,
): ReleaseForm {
  return { ...releaseForm(document), heldMs: Math.round(holds.heldMs(holdName(place), document)), revision };
}

export async function standingForm(
  services: Services,
  place: ReleasePlace,
  found: Revised<ReleaseDocument>,
): Promise<ReleaseForm> {
  const form = plainForm(services, place, found);
  const { document } = found;
  const state = services.ledger.state(place.project);
  const isFrozen = state !== undefined && freezeAt(state, place.environment, services.now()) !== undefined;
  const standing = await services.state.watchStore(() => standingOf(services, place, document));
  if (standing === undefined)
    return isFrozen && isDue(document, services.now()) ? { ...form, waitsFor: "freeze" } : form;
  const waits = waitsFor(document, standing, isFrozen);
  return { ...form, ...(waits === undefined ? {} : { waitsFor: waits }), verdict: plain(standing.verdict) };
}

function isDue({ state, startsAt }: ReleaseDocument, now: number): boolean {
  return state === "scheduled" && (startsAt ?? 0) <= now;
}

/** As it was written; how it stands is asked for by GET. */
export function answerOf(
  services: Services,
  scope: EnvironmentScope,
  flag: string,
  { state, broken }: Done<undefined>,
): Answer<ReleaseChanged> {
  const { environment } = scope.place;
  const found = releaseOf(state, flag, environment);
  if (found === undefined) throw new Error(`The release of ${flag} in ${environment} has vanished.`);
  const told = broken.length === 0 ? {} : { broken: [...broken] };
  const form = plainForm(services, placeOf(scope, flag, found), found);
  return { body: { ...form, head: state.head, ...told }, revision: found.revision };
}

/** As it travels. */
export function plain(value: object) {
  return JSON.parse(JSON.stringify(value));
}
