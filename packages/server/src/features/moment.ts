/** Moments of a project's history, as callers name them: a revision, or an instant. */
import { refuse } from "../http/refusal.ts";
import type { Services } from "./services.ts";

/** Which state a moment means, and the instant, epoch milliseconds, where one was named. */
export interface Moment {
  readonly revision: number;
  readonly at?: number;
}

/** `text` is a revision in decimal, or RFC 3339. Refuses the future with 400; before the first change is revision 0. */
export function momentOf(services: Services, project: string, text: string): Promise<Moment> {
  return isRevision(text) ? atRevision(services, project, Number(text)) : atInstant(services, project, text);
}

export function isRevision(text: string): boolean {
  return /^[0-9]+$/.test(text);
}

async function atRevision({ ledger, state: service }: Services, project: string, revision: number): Promise<Moment> {
  const newest = () => ledger.state(project)?.revision ?? 0;
  if (revision > newest()) await service.watchStore(() => ledger.catchUp(project));
  if (revision <= newest()) return { revision };
  return refuse(
    "malformed_request",
    `Revision ${revision} is in the future: the newest is ${newest()}. Name that, or an earlier one.`,
  );
}

async function atInstant(services: Services, project: string, text: string): Promise<Moment> {
  const { ledger, now, state: service } = services;
  const at = Date.parse(text);
  if (at > now()) refuse("malformed_request", `The instant ${text} is in the future. Name one that has passed.`);
  return { revision: await service.watchStore(() => ledger.revisionAt(project, at)), at };
}
