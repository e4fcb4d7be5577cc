/**
 * The one way to read and to change what the server holds.
 *
 *     execute ─► queue ─► decide(state) ─┬─ refusal ─► answered as it is
 *                           ▲            └─ items ─► store.commit ─┬─ change ─► state, views, listeners ─► answered
 *                           └─ decide again ◄─ read the log ◄──────┴─ conflict
 *     one queue for each project, whose changes are decided one after the other
 *
 * What it answers with is durable and already visible on this node. It knows no command and no permission; a request
 * brings its instant.
 */
import type { KeyLists } from "@bannerol/core";
import type { StateIdentity } from "@bannerol/protocol";
import { holdLists } from "../lists/hold.ts";
import { discardAbandoned } from "../lists/staging.ts";
import { loadState } from "../state/fold.ts";
import { emptyState, type ProjectState, type SystemState } from "../state/project-state.ts";
import { StoreFault } from "../store/fault.ts";
import type { ListStore } from "../store/list-store.ts";
import type {
  ChainVerdict,
  ChangeFilter,
  ChangeWithBefore,
  CredentialDigest,
  Store,
  StoredProject,
  Stretch,
  ViewClass,
} from "../store/port.ts";
import { SYSTEM_PROJECT } from "../store/port.ts";
import { ChangeQueue } from "./change-queue.ts";
import type { ChangeRequest, Decision, Execution } from "./decision.ts";
import { Digests } from "./digests.ts";
import { type ChangeListener, Follower, type LogReports } from "./follower.ts";
import { startFollowing } from "./following.ts";
import { type Clock, Renewal, type RenewalReports, type Renewed } from "./renewal.ts";
import { Turns } from "./turns.ts";
import type { View, ViewName } from "./view.ts";

export interface LedgerOptions {
  readonly store: Store;
  readonly reports: LogReports & RenewalReports;
  /** Of the process, unless named. */
  readonly clock?: Clock;
  /** The instant of the opening, epoch milliseconds: for the changes that an opening may have to make. */
  readonly at: number;
}

const processClock: Clock = { now: () => Date.now(), monotonic: () => performance.now() };

export class Ledger {
  readonly #store: Store;
  readonly #follower: Follower;
  readonly #digests: Digests;
  readonly #turns = new Map<string, Turns>();
  readonly #queues = new Map<string, ChangeQueue>();
  readonly #renewal: Renewal;
  #unfollow: (() => Promise<void>) | undefined;
  /** How many changes this node has taken up. */
  #taken = 0;

  private constructor({ store, reports, clock = processClock }: LedgerOptions) {
    this.#store = store;
    this.#follower = new Follower(store, reports);
    this.#digests = new Digests(store);
    this.#renewal = new Renewal({
      store,
      follower: this.#follower,
      exclusively: (work) => this.#exclusively(work),
      clock,
      reports: { ...reports, renewed: (renewed) => this.#afterRenewal(renewed, { reports, clock }) },
    });
    this.#follower.subscribe(({ project, change }) => {
      this.#taken += 1;
      this.#digests.takeUp(change);
      // A change of the installation that touches nothing tells of another epoch.
      if (project === SYSTEM_PROJECT && change.items.length === 0) void this.#renewal.refresh();
    });
  }

  /** Reads everything into memory. Rejects with a `StoreFault` where the database cannot be read. */
  static async open(options: LedgerOptions): Promise<Ledger> {
    const ledger = new Ledger(options);
    const { store, at } = options;
    await ledger.#follower.open();
    await ledger.#digests.open();
    for (const project of ledger.projects()) await ledger.#renewViews(project, at);
    await discardAbandoned(store.lists, at);
    return ledger;
  }

  /** Names this database's history; revisions compare only within it. */
  get epoch(): string {
    return this.#follower.epoch;
  }

  /** Every project but `_system`. */
  projects(): readonly string[] {
    return this.#follower.projects();
  }

  state(project: string): ProjectState | undefined {
    return this.#follower.state(project);
  }

  /** The long lists of keys that a project's segments name now, by id: fingerprints, in memory. */
  lists(project: string): KeyLists {
    return this.#follower.lists(project);
  }

  /** The long lists that a state of the past names, as they were then. Asks the database for those not in memory. */
  listsOf(state: ProjectState): Promise<KeyLists> {
    return holdLists(this.#store.lists, state, this.lists(state.key));
  }

  /** Long lists of keys as the database has them. */
  get storedLists(): ListStore {
    return this.#store.lists;
  }

  /** Projects and tokens: what `_system` holds. */
  system(): SystemState {
    return this.#stateOf(SYSTEM_PROJECT);
  }

  /** What a class of key sees of an environment now; `undefined` where there is no such environment. */
  view(project: string, environment: string, viewClass: ViewClass): View | undefined {
    return this.#follower.view(project, environment, viewClass);
  }

  /**
   * Decides on the newest state and writes what was decided, one command of a project after the other; what waits is
   * written together. `decide` is pure: it is asked again where another node was faster. A `project` item in `_system` starts that project's chain.
   * Rejects with a `StoreFault`, or with `ClaimLost`; nothing was written then.
   */
  async execute<T, R>(
    request: ChangeRequest,
    decide: (state: ProjectState) => Decision<T, R>,
  ): Promise<Execution<T, R>> {
    this.#stateOf(request.project);
    return this.#queueOf(request.project).execute(request, decide);
  }

  /** Up to `limit` changes after a revision, oldest first. */
  changesAfter(project: string, revision: number, limit: number): Promise<Stretch> {
    return this.#store.follow(project, revision, limit);
  }

  /** The history, newest first. */
  changes(project: string, filter: ChangeFilter): Promise<readonly ChangeWithBefore[]> {
    return this.#store.changes(project, filter);
  }

  /**
   * A project as it stood at a revision that its log has; with `environment`, without what belongs to another. Asks the
   * database, and changes nothing of what this node serves.
   */
  async stateAt(project: string, revision: number, environment?: string): Promise<ProjectState> {
    if (revision === 0) return emptyState(project);
    const [change] = (await this.#store.follow(project, revision - 1, 1)).changes;
    if (change === undefined) throw new Error(`The project ${project} has no revision ${revision}.`);
    const documents = await this.#store.documentsAt(project, revision, environment);
    return loadState({ key: project, revision, head: change.hash, at: change.at, documents });
  }

  /** The newest revision at or before an instant, epoch milliseconds; 0 before the first. */
  revisionAt(project: string, at: number): Promise<number> {
    return this.#store.revisionAt(project, at);
  }

  /** Recomputes the hash chain. */
  verify(project: string): Promise<ChainVerdict> {
    return this.#store.verify(project);
  }

  /** A project as the database has it, whatever this node holds. */
  load(project: string): Promise<StoredProject> {
    return this.#store.load(project);
  }

  /** The digest of a key or token, from memory. */
  knownDigest(id: string): CredentialDigest | undefined {
    return this.#digests.known(id);
  }

  /** As `knownDigest`; asks the database for one that is not known here. */
  digest(id: string): Promise<CredentialDigest | undefined> {
    return this.#digests.find(id);
  }

  /** Reads a project's log to its end, for a caller that has seen more of it than this node. */
  catchUp(project: string): Promise<void> {
    return this.#noticing(this.#follower.catchUp(project));
  }

  /**
   * The same for an SDK that says which state of a view it has. Where the view is behind it even then, changes that the SDK
   * has seen are gone: where a server key says so, the history goes on under a new epoch before long. A client key is
   * public, and is not believed.
   */
  async catchUpWith(name: ViewName, has: Pick<StateIdentity, "epoch" | "revision">): Promise<void> {
    await this.catchUp(name.project);
    const view = this.view(name.project, name.environment, name.class);
    if (view === undefined || name.class !== "server") return;
    if (view.epoch !== has.epoch || view.revision >= has.revision) return;
    void this.#renewal.suspect(
      `An SDK had revision ${has.revision} of the environment ${name.environment} of project ${name.project}, whose log ` +
        `makes it ${view.revision}: the database was replaced or lost changes.`,
    );
  }

  /**
   * Keeps level with what other processes write to the same database, until the ledger is closed; does nothing where
   * there can be no other process. `told` hears how each look at the database went: what was in the way, a `StoreFault`
   * where the database was, and `undefined` where nothing was. It takes turns with what this node writes, whose own
   * changes need no reading.
   */
  follow(told: (trouble: unknown) => void): void {
    const toldOf = (trouble: unknown): void => {
      void this.#renewal.retry();
      told(trouble);
    };
    this.#unfollow = startFollowing({
      store: this.#store,
      level: (project, revision, head) => this.#level(project, revision, head),
      told: toldOf,
    });
  }

  /**
   * Reads every log to its end that another process has written to, the installation's first: it names the others. Does
   * nothing where there can be no other process.
   */
  async readOn(): Promise<void> {
    const newest = await this.#store.revisions?.();
    const system = newest?.get(SYSTEM_PROJECT);
    if (newest === undefined || system === undefined) return;
    await this.#level(SYSTEM_PROJECT, system);
    await Promise.all([...newest].map(([project, revision]) => this.#level(project, revision)));
  }

  /**
   * Marks what this node knows. The answer reads on, and tells whether more is known by then: what was decided in between
   * may have rested on less.
   */
  mark(): () => Promise<boolean> {
    if (this.#store.revisions === undefined) return async () => false;
    const taken = this.#taken;
    return async () => {
      await this.readOn();
      return this.#taken !== taken;
    };
  }

  /** Called for each change, in order, once this node shows it. The answer ends it. */
  subscribe(listener: ChangeListener): () => void {
    return this.#follower.subscribe(listener);
  }

  /** Looks for damage of the database; what was found, where there is any. Nothing is written from then on. */
  async inspect(): Promise<StoreFault | undefined> {
    return this.#store.inspect?.();
  }

  /** Finishes what is being written, then closes the store. */
  async close(): Promise<void> {
    await this.#unfollow?.();
    for (const turns of this.#turns.values()) await turns.take(async () => undefined);
    await this.#store.close();
  }

  /** Makes this node show at least this revision; `head` is the hash that it has, where it is known. */
  #level(project: string, revision: number, head?: string): Promise<void> {
    return this.#noticing(this.#turnsOf(project).take(() => this.#follower.level(project, revision, head)));
  }

  /** After a conflict. Rejects where the log shows nothing new: deciding again on the same state would never end. */
  async #catchUpAfter(project: string): Promise<void> {
    const { revision } = this.#stateOf(project);
    await this.#noticing(this.#follower.catchUp(project));
    if (this.#stateOf(project).revision === revision) throw movedOnUnseen(project, revision);
  }

  /** Gives every entity a new version where another version of the program had projected them otherwise. */
  async #renewViews(project: string, at: number): Promise<void> {
    await this.#turnsOf(project).take(async () => {
      for (;;) {
        const work = this.#follower.renewal(project, at);
        if (work === undefined) return;
        const result = await this.#store.commit(work);
        if (result.ok) return this.#follower.applyAll(result.changes);
        await this.#catchUpAfter(project);
      }
    });
  }

  /** Whoever finds that the log is another one is told so; what is to be done about it is done meanwhile. */
  async #noticing(work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      // Not awaited: it waits for turns, one of which may be the caller's.
      if (error instanceof StoreFault && error.kind === "regressed") void this.#renewal.suspect(error.message);
      throw error;
    }
  }

  /** Runs when it is every project's turn. Projects are entered in one order, so that nobody waits for another in a circle. */
  #exclusively<T>(work: () => Promise<T>): Promise<T> {
    const keys = [SYSTEM_PROJECT, ...this.projects()].sort();
    const enter = keys.reduceRight<() => Promise<T>>((inner, key) => () => this.#turnsOf(key).take(inner), work);
    return enter();
  }

  /** An older copy may have been written by another version of the program. */
  #afterRenewal(renewed: Renewed, { reports, clock }: Required<Pick<LedgerOptions, "reports" | "clock">>): void {
    reports.renewed?.(renewed);
    for (const project of this.projects()) {
      this.#renewViews(project, clock.now()).catch((error: unknown) => reports.renewalFailed?.(error));
    }
  }

  #stateOf(project: string): ProjectState {
    const state = this.#follower.state(project);
    if (state === undefined) throw new Error(`There is no project ${project}. Make it first.`);
    return state;
  }

  #queueOf(project: string): ChangeQueue {
    const queue =
      this.#queues.get(project) ??
      new ChangeQueue({
        project,
        store: this.#store,
        follower: this.#follower,
        turns: this.#turnsOf(project),
        catchUp: () => this.#catchUpAfter(project),
      });
    this.#queues.set(project, queue);
    return queue;
  }

  #turnsOf(project: string): Turns {
    const turns = this.#turns.get(project) ?? new Turns();
    this.#turns.set(project, turns);
    return turns;
  }
}

function movedOnUnseen(project: string, revision: number): StoreFault {
  return new StoreFault(
    "unavailable",
    `The database says that project ${project} has moved on, and shows no change after revision ${revision}. Nothing was written; try again.`,
  );
}
