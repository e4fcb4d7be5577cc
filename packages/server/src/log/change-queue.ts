/**
 * Who wants to change a project waits here for its turn. What waits when it comes is decided one after the other, each on
 * what the one before leaves, and written together: the disk is waited for once.
 *
 *     execute ─► waiting ─► decide each ─┬─ to be written ─► store.commit(all) ─┬─ made ─► shown, then answered, in order
 *                   ▲                    │                                      ├─ conflict: somebody was faster ─┐
 *                   │                    └─ refused, nothing to change          ├─ a claim or approval was lost: that one is told │
 *                   │                       ─► answered after those before it   └─ fault: the writers are told    │
 *                   └──────────────────── all who were not answered, on the state as it is then ◄─────────────────┘
 *
 * Nobody is answered by what is not durable: a refusal that rests on a change which was not written is decided again.
 */
import { setImmediate as eventLoop } from "node:timers/promises";
import { isLevel } from "../lists/hold.ts";
import type { ProjectState } from "../state/project-state.ts";
import { ApprovalMoved } from "../store/approval-store.ts";
import { StoreFault } from "../store/fault.ts";
import { ClaimLost, type HeldClaim } from "../store/idempotency-store.ts";
import type { Change, Store } from "../store/port.ts";
import type { ChangeRequest, Decision, Execution } from "./decision.ts";
import type { Follower } from "./follower.ts";
import { type Proposal, proposal } from "./proposal.ts";
import type { Turns } from "./turns.ts";

export interface ChangeQueueOptions {
  readonly project: string;
  readonly store: Pick<Store, "commit">;
  readonly follower: Pick<Follower, "state" | "lists" | "apply">;
  /** Of the project, shared with whoever else writes to it or reads its log. */
  readonly turns: Turns;
  /** Reads the log to its end after a conflict. Rejects where that brought nothing. */
  readonly catchUp: () => Promise<void>;
}

/** So many changes are written together at most, */
const MOST_TOGETHER = 32;
/** and none any more once their records have so many characters. */
const ENOUGH_CHARACTERS = 256 * 1024;

/** Whoever asks for a change, until it is answered. */
interface Waiting {
  readonly decide: (state: ProjectState) => Outcome;
  readonly reject: (error: unknown) => void;
}

/** What was decided, and how whoever asked is answered once all that it rests on is durable. */
type Outcome = { readonly answer: () => void } | Writing;

interface Writing {
  readonly proposed: Proposal;
  readonly made: (change: Change) => void;
}

interface Decided<T extends Outcome = Outcome> {
  readonly asked: Waiting;
  readonly outcome: T;
}

export class ChangeQueue {
  readonly #options: ChangeQueueOptions;
  readonly #waiting: Waiting[] = [];

  constructor(options: ChangeQueueOptions) {
    this.#options = options;
  }

  /** As `Ledger.execute`. */
  execute<T, R>(request: ChangeRequest, decide: (state: ProjectState) => Decision<T, R>): Promise<Execution<T, R>> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({
        decide: (state) => outcomeOf(state, request, { decision: decide(state), resolve }),
        reject,
      });
      this.#options.turns.take(() => this.#turn()).catch(reject);
    });
  }

  async #turn(): Promise<void> {
    if (this.#waiting.length === 0) return;
    // What has arrived already is read first, and written with this.
    await eventLoop();
    await this.#writeAll(this.#waiting.splice(0));
  }

  async #writeAll(all: readonly Waiting[]): Promise<void> {
    for (let asked = all; asked.length > 0; ) asked = await this.#write(asked);
  }

  /** Answers with those who are to be asked again. */
  async #write(asked: readonly Waiting[]): Promise<readonly Waiting[]> {
    const decided = this.#decide(asked);
    const later = asked.slice(decided.length);
    const writers = decided.filter(isWriter);
    try {
      const changes = await this.#commit(writers);
      if (changes === undefined) return asked;
      await this.#answer(decided, changes);
      return later;
    } catch (error) {
      const others = decided.filter((each) => !isWriter(each)).map((each) => each.asked);
      return [...(await this.#fail(writers, error)), ...others, ...later];
    }
  }

  /** Stops where a change more had better not be written with these. */
  #decide(asked: readonly Waiting[]): readonly Decided[] {
    const { follower, project } = this.#options;
    const decided: Decided[] = [];
    let state = follower.state(project);
    let count = 0;
    let size = 0;
    for (const one of asked) {
      if (state === undefined) throw new Error(`There is no project ${project}. Make it first.`);
      const outcome = decideOn(state, one);
      decided.push({ asked: one, outcome });
      if (!("proposed" in outcome)) continue;
      state = outcome.proposed.foreseen.state;
      count += 1;
      size += outcome.proposed.size;
      // Whoever decides may look at the lists that this node holds, which are those of what is durable.
      const isEnough = count === MOST_TOGETHER || size >= ENOUGH_CHARACTERS || !isLevel(follower.lists(project), state);
      if (isEnough) break;
    }
    return decided;
  }

  /** The changes, or `undefined` where somebody was faster; this node has what they did then. */
  async #commit(writers: readonly Decided<Writing>[]): Promise<readonly Change[] | undefined> {
    if (writers.length === 0) return [];
    const { store, catchUp } = this.#options;
    const result = await store.commit(...writers.map(({ outcome }) => outcome.proposed.work));
    if (result.ok) return result.changes;
    await catchUp();
    return undefined;
  }

  async #answer(decided: readonly Decided[], changes: readonly Change[]): Promise<void> {
    const made = changes.values();
    for (const { asked, outcome } of decided) {
      if (!("proposed" in outcome)) {
        outcome.answer();
        continue;
      }
      const { value: change } = made.next();
      try {
        if (change === undefined) throw new Error("The store made fewer changes than it was asked for.");
        await this.#options.follower.apply(change, outcome.proposed.foreseen);
        outcome.made(change);
      } catch (error) {
        asked.reject(error);
      }
    }
  }

  /** Nothing was written. Answers with those who need not be told so, since it was not for their sake. */
  async #fail(writers: readonly Decided<Writing>[], error: unknown): Promise<readonly Waiting[]> {
    const isToBlame = ({ outcome: { proposed } }: Decided<Writing>): boolean => {
      if (error instanceof ClaimLost) return isSame(proposed.work.claim, error.claim);
      return error instanceof ApprovalMoved ? proposed.work.closes?.id === error.id : true;
    };
    const blamed = writers.filter(isToBlame).map(({ asked }) => asked);
    // No fault of the database's: one of them cannot be written, and must not keep the others from it.
    if (blamed.length > 1 && !(error instanceof StoreFault)) for (const one of blamed) await this.#writeAll([one]);
    else for (const one of blamed) one.reject(error);
    return writers.filter((writer) => !isToBlame(writer)).map(({ asked }) => asked);
  }
}

function decideOn(state: ProjectState, { decide, reject }: Waiting): Outcome {
  try {
    return decide(state);
  } catch (error) {
    return { answer: () => reject(error) };
  }
}

function outcomeOf<T, R>(
  state: ProjectState,
  request: ChangeRequest,
  { decision, resolve }: { readonly decision: Decision<T, R>; readonly resolve: (execution: Execution<T, R>) => void },
): Outcome {
  if (!decision.ok) return { answer: () => resolve(decision) };
  const { result } = decision;
  const { revision } = state;
  const proposed = proposal(state, request, decision);
  if (proposed === undefined) return { answer: () => resolve({ ok: true, revision, change: undefined, result }) };
  return { proposed, made: (change) => resolve({ ok: true, revision: change.revision, change, result }) };
}

function isWriter(decided: Decided): decided is Decided<Writing> {
  return "proposed" in decided.outcome;
}

function isSame(claim: HeldClaim | undefined, lost: HeldClaim): boolean {
  return claim?.caller === lost.caller && claim.key === lost.key && claim.holder === lost.holder;
}
