/**
 * The one way from a route to the history. It demands a scope, so nothing that was not allowed can be changed, and
 * asks on the newest state, at the moment of the change, what a route cannot know before: whether the document still
 * is what the caller read (`If-Match`), whether it would alter a protected environment, whether it has to be approved
 * first, and whether all that has to hold of the flags (invariants) would still.
 *
 *     decide ─► gate ─┬─ open ──────────────► role ─► invariants ─► committed
 *                     ├─ refused: frozen, outdated
 *                     └─ waits ─► role ─► invariants ─► kept; answered 202 ┄┄► approved ─► the same request again
 */
import type { BrokenInvariant } from "@bannerol/protocol/schemas";
import { isInForce } from "../auth/authenticate.ts";
import { mayInProtected, type Right } from "../auth/roles.ts";
import type { ProjectScope, Scope } from "../auth/scope.ts";
import { Answered } from "../http/answered.ts";
import type { ApprovedRequest } from "../http/approved.ts";
import type { AskedRequest } from "../http/asked.ts";
import { checkIfMatch } from "../http/etag.ts";
import { keptText } from "../http/idempotency/kept-answer.ts";
import { type Refusal, RefusedError } from "../http/refusal.ts";
import type { Answer } from "../http/route.ts";
import type { Decision } from "../log/decision.ts";
import type { Item, ItemName } from "../state/documents.ts";
import { fold } from "../state/fold.ts";
import type { ProjectState } from "../state/project-state.ts";
import type { HeldClaim } from "../store/idempotency-store.ts";
import { type Change, SYSTEM_PROJECT } from "../store/port.ts";
import { type GatedCommand, gateFor } from "./approvals/gate.ts";
import { protectedFrom } from "./approvals/guarded.ts";
import { cannotWait, type Proposed, propose } from "./approvals/propose.ts";
import { type Decided, refused } from "./decision.ts";
import { brokenBy } from "./invariants/check.ts";
import { revisionOf, stateOf } from "./reading.ts";
import { besideReleases } from "./releases/hand-edit.ts";
import type { Services } from "./services.ts";

/** What of a request belongs to the change it makes. */
export interface ChangeContext {
  readonly headers: Headers;
  readonly requestId: string;
  readonly claim: HeldClaim | undefined;
  /** Kept where the change has to wait; absent where the request cannot be kept. */
  readonly asked: AskedRequest | undefined;
  /** There where it has waited. */
  readonly approved: ApprovedRequest | undefined;
}

export interface Command<T> extends GatedCommand {
  /** The document that `If-Match` speaks of, or the revision that stands for several; none for one that is being made. */
  readonly subject?: ItemName | ((state: ProjectState) => number | undefined);
  /** What each item asks of the caller where an environment is protected; the scope's own right unless given. */
  readonly rightFor?: (state: ProjectState, item: Item) => Right;
  readonly comment?: string | undefined;
  /** Whether a release that owns what this alters is stopped; refused otherwise. */
  readonly stopRelease?: boolean | undefined;
  /** What is asked again once it is approved, where the request itself would come to another decision by then. */
  readonly askAgain?: (state: ProjectState, asked: AskedRequest) => AskedRequest;
  /** Pure; asked again where somebody else was faster. */
  readonly decide: (state: ProjectState) => Decided<T>;
  /** What the request is answered with: kept with the change, so that the same request gets the same again. */
  readonly answer?: (done: Done<T>) => Answer;
}

/** A command that knows how its request is answered, as every one that comes by POST does. */
export interface Answering<T, A extends Answer> extends Command<T> {
  readonly answer: (done: Done<T>) => A;
}

/** A change as it was made; where there was nothing to change, the state as it stands. */
export interface Done<T> {
  readonly state: ProjectState;
  readonly result: T;
  /** Invariants that do not hold any more, where the command may break them. */
  readonly broken: readonly BrokenInvariant[];
}

/**
 * Carries a command out on the project of the scope. Throws `RefusedError`, or a `StoreFault`; `Answered` where it has to
 * be approved first.
 */
export function change<T>(
  services: Services,
  scope: ProjectScope,
  context: ChangeContext,
  command: Command<T>,
): Promise<Done<T>> {
  return execute(services, { scope, chain: scope.place.project, context }, command);
}

/** As `change`, and answers. */
export async function changeAndAnswer<T, A extends Answer>(
  services: Services,
  scope: ProjectScope,
  context: ChangeContext,
  command: Answering<T, A>,
): Promise<A> {
  return command.answer(await change(services, scope, context, command));
}

/** What a command would do now; nothing is written. Throws `RefusedError` as the command itself would. */
export function tryOut<T>(
  services: Services,
  scope: ProjectScope,
  context: ChangeContext,
  command: Command<T>,
): Done<T> {
  const target = { scope, chain: scope.place.project, context };
  const state = stateOf(services, scope);
  const decided = decideOn(services, state, target, command);
  if (decided.ok) return decided.result;
  if (!("waits" in decided.refusal)) throw new RefusedError(decided.refusal);
  const { waits, result } = decided.refusal;
  if (waits.asked === undefined) throw new RefusedError(cannotWait(waits.needs));
  return { state, result, broken: [] };
}

/** Carries a command out on what belongs to the installation. */
export function changeSystem<T>(
  services: Services,
  scope: Scope,
  context: ChangeContext,
  command: Command<T>,
): Promise<Done<T>> {
  return execute(services, { scope, chain: SYSTEM_PROJECT, context }, command);
}

interface Target {
  readonly scope: Scope;
  readonly chain: string;
  readonly context: ChangeContext;
}

async function execute<T>(services: Services, target: Target, command: Command<T>): Promise<Done<T>> {
  const { ledger, now, state: service } = services;
  const { scope, chain, context } = target;
  const request = {
    project: chain,
    actor: scope.caller.actor,
    at: now(),
    requestId: context.requestId,
    ...(command.comment === undefined ? {} : { comment: command.comment }),
    ...(context.claim === undefined ? {} : { claim: context.claim }),
    ...(context.approved === undefined ? {} : { approval: context.approved }),
  };
  const decided = () =>
    service.watchStore(() =>
      ledger.execute(request, (state) => keeping(target, command, decideOn(services, state, target, command))),
    );
  const more = ledger.mark();
  let execution = await decided();
  // Where there was nothing to change, no conflict would tell either that another node has made it otherwise.
  if (execution.ok && execution.change === undefined && (await service.watchStore(more))) execution = await decided();
  if (!execution.ok && "waits" in execution.refusal) {
    // What waits makes no revision, so no conflict would tell that another node knows more: it is proposed for the newest.
    await service.watchStore(() => ledger.catchUp(chain));
    execution = await decided();
  }
  if (!execution.ok) {
    if (!("waits" in execution.refusal)) throw new RefusedError(execution.refusal);
    throw new Answered(await propose(services, { scope, claim: context.claim }, execution.refusal.waits));
  }
  const { change: made, result } = execution;
  if (made === undefined) return result;
  service.wrote();
  return madeBy(made, result);
}

/** A change that has to be approved first, and what its command would have come to. */
interface Waiting<T> {
  readonly waits: Proposed;
  readonly result: T;
}

type Outcome<T> = Decision<Done<T>, Refusal | Waiting<T>>;

/** What is kept of a request that was approved is the answer of whoever approved it last. */
function keeping<T>({ context }: Target, { answer }: Command<T>, decided: Outcome<T>): Outcome<T> {
  const { approved } = context;
  if (!decided.ok) return decided;
  if (approved !== undefined) return { ...decided, answer: (made) => keptText(approved.answer(made)) };
  if (answer === undefined) return decided;
  return { ...decided, answer: (made) => keptText(answer(madeBy(made, decided.result))) };
}

function madeBy<T>(made: Change, before: Done<T>): Done<T> {
  return { ...before, state: fold(before.state, made) };
}

function decideOn<T>(
  services: Services,
  state: ProjectState,
  { scope, context }: Target,
  command: Command<T>,
): Outcome<T> {
  const { subject, rightFor = () => scope.right } = command;
  if (context.approved === undefined && !isStillHeld(services, scope)) return { ok: false, refusal: endedMeanwhile };
  const read = subject === undefined ? undefined : newestOf(state, subject);
  const stale = subject && checkIfMatch(context.headers.get("if-match"), read);
  if (stale !== undefined) return { ok: false, refusal: stale };
  const proposed = command.decide(state);
  if (!proposed.ok) return proposed;
  const beside = besideReleases(state, proposed.items, command.stopRelease);
  if ("ok" in beside) return beside;
  const decided = { ...proposed, ...beside };
  const { approved, asked } = context;
  const { needs, refusal } = gateFor(state, decided.items, { command, approved, now: services.now() });
  if (refusal !== undefined) return { ok: false, refusal };
  const beyond = decided.items.filter((item) => !mayInProtected(scope.caller.role, rightFor(state, item)));
  const guarded = protectedFrom(state, beyond, new Set(needs.map(({ environment }) => environment)));
  if (guarded !== undefined) return { ok: false, refusal: isProtected(guarded) };
  const broken = brokenBy(state, decided, services);
  if (broken.length > 0 && command.urgent !== true) return refusedForInvariants(broken);
  const { action, items, result } = decided;
  if (needs.length === 0 || approved !== undefined) return { ...decided, result: { state, result, broken } };
  const again = asked && (command.askAgain?.(state, asked) ?? asked);
  const waits = { state, action, items, needs, asked: again, comment: command.comment };
  return { ok: false, refusal: { waits, result } };
}

/** Whether the token that let the request in still would: a body may take its time to arrive. */
function isStillHeld({ ledger, now }: Services, { caller }: Scope): boolean {
  if (caller.token === undefined) return true;
  const token = ledger.system().tokens.get(caller.token)?.document;
  return token !== undefined && isInForce(token, now());
}

const endedMeanwhile: Refusal = {
  code: "token_invalid",
  detail: "The token was revoked, or it expired, while the request was being carried out. Nothing was changed.",
};

function newestOf(state: ProjectState, subject: NonNullable<Command<unknown>["subject"]>): number | undefined {
  return typeof subject === "function" ? subject(state) : revisionOf(state, subject);
}

function refusedForInvariants(broken: readonly BrokenInvariant[]) {
  const detail = `This would break what has to hold. Invariant ${broken[0]?.message ?? ""} Change what you propose, or remove the invariant first.`;
  const errors = broken.map(({ invariant, message }) => ({ path: `invariants.${invariant}`, message }));
  return refused("invariant_broken", detail, errors);
}

function isProtected(environment: string): Refusal {
  const detail = `This would alter ${environment}, which is protected. Ask an admin, or a releaser for a rollout or a switch.`;
  return { code: "not_allowed", detail };
}
