/**
 * Keeps the state and the views of every project in memory, level with the log.
 *
 *     store.load ──► state, views ◄── apply(change) ◄── this node's commits
 *                                 ◄── catchUp ◄── store.follow (other nodes' commits)
 *
 * Changes are applied in the order of their revisions, this node's own like everybody's, so one node behaves as many
 * do. It decides and writes nothing; that is the ledger's part.
 */

import type { KeyLists } from "@bannerol/core";
import { holdLists, isLevel, NO_LISTS } from "../lists/hold.ts";
import { loadState } from "../state/fold.ts";
import { emptyState, type ProjectState, type Unreadable } from "../state/project-state.ts";
import { StoreFault } from "../store/fault.ts";
import { type Change, type Store, SYSTEM_PROJECT, type UnitOfWork, type ViewClass } from "../store/port.ts";
import { malformedFlags } from "./malformed.ts";
import { derivedViews } from "./past.ts";
import { hasEnvironment, VIEW_FORMAT } from "./projection/project.ts";
import { type Foreseen, foresee, renewal } from "./proposal.ts";
import type { View } from "./view.ts";
import { alterViews, loadViews, viewId } from "./views.ts";

/** One change as it reached this node's memory. */
export interface Applied {
  readonly project: string;
  readonly change: Change;
  readonly before: ProjectState;
  readonly state: ProjectState;
  /** The views that it altered, as they are now. */
  readonly views: readonly View[];
}

export type ChangeListener = (applied: Applied) => void;

/** What an operator should hear of. It must not throw. */
export interface LogReports {
  /** A document that readers will find malformed, and why. */
  readonly unreadable: (project: string, document: Unreadable) => void;
  readonly listenerFailed: (error: unknown) => void;
}

const PAGE = 500;

interface Followed {
  readonly state: ProjectState;
  /** By `viewId`. */
  readonly views: ReadonlyMap<string, View>;
  /** In which the views were projected when they were loaded. */
  readonly viewFormat: number;
  /** Those that the state names, at the versions that it names. */
  readonly lists: KeyLists;
}

/** What memory will hold after a change, its lists read. */
type Ahead = Foreseen & Pick<Followed, "lists">;

export class Follower {
  readonly #store: Store;
  readonly #reports: LogReports;
  readonly #projects = new Map<string, Followed>();
  readonly #listeners = new Set<ChangeListener>();
  #epoch: string;

  constructor(store: Store, reports: LogReports) {
    this.#store = store;
    this.#reports = reports;
    this.#epoch = store.epoch;
  }

  /** Names the history that is followed. */
  get epoch(): string {
    return this.#epoch;
  }

  /** Every project but `_system`. */
  projects(): readonly string[] {
    return [...this.#projects.keys()].filter((key) => key !== SYSTEM_PROJECT);
  }

  state(project: string): ProjectState | undefined {
    return this.#projects.get(project)?.state;
  }

  /** The long lists of keys that the state names, by id. */
  lists(project: string): KeyLists {
    return this.#projects.get(project)?.lists ?? NO_LISTS;
  }

  /** `undefined` where there is no such environment. */
  view(project: string, environment: string, viewClass: ViewClass): View | undefined {
    const followed = this.#projects.get(project);
    if (followed === undefined || !hasEnvironment(followed.state, environment)) return undefined;
    return followed.views.get(viewId({ environment, class: viewClass }));
  }

  /** The work that gives every entity of outdated views a new version; `undefined` where none are. */
  renewal(project: string, at: number): UnitOfWork | undefined {
    const { state, views, viewFormat } = this.#followed(project);
    return state.revision === 0 || viewFormat === VIEW_FORMAT ? undefined : renewal(state, views, at);
  }

  /** Called for each change, in order, once this node shows it. The answer ends it. */
  subscribe(listener: ChangeListener): () => void {
    const own: ChangeListener = (applied) => listener(applied);
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  /** Loads `_system` and every project that it names. */
  async open(): Promise<void> {
    await this.#store.addProject(SYSTEM_PROJECT);
    await this.load(SYSTEM_PROJECT);
    await this.#openNamedProjects();
  }

  /** Takes a project's state and views from the store as they stand there. */
  async load(project: string): Promise<void> {
    const epoch = this.#epoch;
    const read = await this.#read(project, epoch, this.lists(project));
    if (this.#epoch !== epoch) return this.load(project);
    const known = this.#projects.get(project)?.state.revision ?? 0;
    if (read.state.revision >= known) this.#put(project, read);
  }

  /**
   * Reads everything afresh under another epoch: the database holds another history than the one that was followed. Until
   * all of it is read, the old one is shown. Then listeners are told once of each project, with its newest change and all
   * its views.
   */
  async renew(epoch: string): Promise<void> {
    const system = await this.#read(SYSTEM_PROJECT, epoch, NO_LISTS);
    const fresh = new Map([[SYSTEM_PROJECT, system]]);
    for (const key of system.state.projects.keys()) {
      await this.#store.addProject(key);
      fresh.set(key, await this.#read(key, epoch, NO_LISTS));
    }
    const newest = await Promise.all([...fresh.values()].map(({ state }) => this.#newestChange(state)));
    const before = new Map(this.#projects);
    this.#projects.clear();
    this.#epoch = epoch;
    for (const [project, read] of fresh) this.#put(project, read);
    for (const change of newest) {
      if (change === undefined) continue;
      const { project } = change;
      const { state, views } = this.#followed(project);
      const was = before.get(project)?.state ?? emptyState(project);
      this.#tell({ project, change, before: was, state, views: [...views.values()] });
    }
  }

  async #read(project: string, epoch: string, held: KeyLists): Promise<Followed> {
    const stored = await this.#store.load(project);
    const state = loadState(stored);
    const lists = await holdLists(this.#store.lists, state, held);
    const views = stored.viewsLost ? derivedViews(state, epoch) : loadViews(state, epoch, stored.entities);
    return { state, views, viewFormat: stored.viewFormat, lists };
  }

  #put(project: string, read: Followed): void {
    this.#projects.set(project, read);
    this.#reportUnreadable(read.state, 0);
    for (const flag of malformedFlags(read.state, read.views)) this.#reports.unreadable(project, flag);
  }

  async #newestChange({ key, revision }: ProjectState): Promise<Change | undefined> {
    return revision === 0 ? undefined : (await this.#store.follow(key, revision - 1, 1)).changes[0];
  }

  /** Reads a project's log to its end. Rejects with a `StoreFault`, `regressed` where the log is another one. */
  async catchUp(project: string): Promise<void> {
    for (;;) {
      const { revision, head } = this.#followed(project).state;
      const epoch = this.#epoch;
      const stretch = await this.#store.follow(project, revision, PAGE);
      // What was read of one history is nothing to another.
      if (this.#epoch !== epoch) continue;
      if (stretch.continues !== head) throw regressed(project, revision);
      await this.applyAll(stretch.changes);
      if (stretch.changes.length < PAGE) return;
    }
  }

  /**
   * Reads a project's log to its end where the database has another revision of it than this node shows, or the same with
   * another hash.
   */
  async level(project: string, revision: number, head?: string): Promise<void> {
    const known = this.#projects.get(project)?.state;
    if (known === undefined) return;
    if (known.revision !== revision || (head ?? known.head) !== known.head) await this.catchUp(project);
  }

  /**
   * Takes up the next change; one that is known already does nothing. Who made it may hand in what it foresaw, on the
   * state that is followed here.
   */
  async apply(change: Change, foreseen?: Foreseen): Promise<void> {
    const { project, revision } = change;
    const followed = this.#followed(project);
    if (revision <= followed.state.revision) return;
    if (revision > followed.state.revision + 1) return this.catchUp(project);
    // A change without items gives views new versions, which the store knows and no diff tells.
    if (change.items.length === 0) await this.#reload(change, followed);
    else {
      const next = foreseen ?? foresee(followed.state, change);
      const lists = await this.#listsAfter(followed, next);
      // Reading lists takes a while, in which somebody else may have read this change too.
      if (this.#followed(project) !== followed) return this.apply(change);
      this.#advance(change, followed, { ...next, lists });
    }
    if (project === SYSTEM_PROJECT) await this.#openNamedProjects();
  }

  async applyAll(changes: readonly Change[]): Promise<void> {
    for (const change of changes) await this.apply(change);
  }

  async #listsAfter({ lists: held }: Followed, { state, lists = NO_LISTS }: Foreseen): Promise<KeyLists> {
    const known = lists.size === 0 ? held : new Map([...held, ...lists]);
    return isLevel(known, state) ? known : holdLists(this.#store.lists, state, known);
  }

  #advance(change: Change, followed: Followed, { state: foreseen, alterations, lists }: Ahead): void {
    const { project, revision, hash: head, at } = change;
    const state = { ...foreseen, head, at };
    const { all, altered } = alterViews(followed.views, { epoch: this.#epoch, after: state, alterations });
    this.#projects.set(project, { ...followed, state, views: all, lists });
    this.#reportUnreadable(state, revision);
    this.#tell({ project, change, before: followed.state, state, views: altered });
  }

  async #reload(change: Change, { state: before }: Followed): Promise<void> {
    await this.load(change.project);
    const { state, views } = this.#followed(change.project);
    this.#tell({ project: change.project, change, before, state, views: [...views.values()] });
  }

  async #openNamedProjects(): Promise<void> {
    for (const key of this.#followed(SYSTEM_PROJECT).state.projects.keys()) {
      if (this.#projects.has(key)) continue;
      await this.#store.addProject(key);
      await this.load(key);
    }
  }

  #followed(project: string): Followed {
    const followed = this.#projects.get(project);
    if (followed === undefined) throw new Error(`There is no project ${project}. Make it first.`);
    return followed;
  }

  #reportUnreadable(state: ProjectState, since: number): void {
    for (const document of state.unreadable.values()) {
      if (document.revision >= since) this.#reports.unreadable(state.key, document);
    }
  }

  #tell(applied: Applied): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(applied);
      } catch (error) {
        this.#reports.listenerFailed(error);
      }
    }
  }
}

function regressed(project: string, revision: number): StoreFault {
  return new StoreFault(
    "regressed",
    `The log of project ${project} no longer holds what this process read up to revision ${revision}: the database was ` +
      "replaced or lost changes.",
  );
}
