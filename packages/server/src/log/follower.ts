/**
 * Keeps the state and the views of every project in memory, level with the log.
 *
 *     store.load ──► state, views ◄── apply(change) ◄── this node's commits
 *                                 ◄── catchUp ◄── store.follow (other nodes' commits)
 *
 * Changes are applied in the order of their revisions, this node's own like everybody's, so one node behaves as many
 * do. It decides and writes nothing; that is the ledger's part.
 */

import { loadState } from "../state/fold.ts";
import type { ProjectState, Unreadable } from "../state/project-state.ts";
import { StoreFault } from "../store/fault.ts";
import { type Change, type Store, SYSTEM_PROJECT, type UnitOfWork, type ViewClass } from "../store/port.ts";
import { malformedFlags } from "./malformed.ts";
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
}

export class Follower {
  readonly #store: Store;
  readonly #reports: LogReports;
  readonly #projects = new Map<string, Followed>();
  readonly #listeners = new Set<ChangeListener>();

  constructor(store: Store, reports: LogReports) {
    this.#store = store;
    this.#reports = reports;
  }

  /** Every project but `_system`. */
  projects(): readonly string[] {
    return [...this.#projects.keys()].filter((key) => key !== SYSTEM_PROJECT);
  }

  state(project: string): ProjectState | undefined {
    return this.#projects.get(project)?.state;
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
    const stored = await this.#store.load(project);
    const known = this.#projects.get(project)?.state.revision ?? 0;
    if (stored.revision < known) return;
    const state = loadState(stored);
    const views = loadViews(state, this.#store.epoch, stored.entities);
    this.#projects.set(project, { state, views, viewFormat: stored.viewFormat });
    this.#reportUnreadable(state, 0);
    for (const flag of malformedFlags(state, views)) this.#reports.unreadable(project, flag);
  }

  /** Reads a project's log to its end. Rejects with a `StoreFault`, `regressed` where the log is another one. */
  async catchUp(project: string): Promise<void> {
    for (;;) {
      const { revision, head } = this.#followed(project).state;
      const stretch = await this.#store.follow(project, revision, PAGE);
      if (stretch.continues !== head) throw regressed(project, revision);
      for (const change of stretch.changes) await this.apply(change);
      if (stretch.changes.length < PAGE) return;
    }
  }

  /** Reads a project's log to its end where the database has another revision of it than this node shows. */
  async level(project: string, revision: number): Promise<void> {
    const known = this.#projects.get(project)?.state.revision;
    if (known !== undefined && known !== revision) await this.catchUp(project);
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
    else this.#advance(change, followed, foreseen ?? foresee(followed.state, change));
    if (project === SYSTEM_PROJECT) await this.#openNamedProjects();
  }

  #advance(change: Change, followed: Followed, { state: foreseen, alterations }: Foreseen): void {
    const { project, revision, hash: head, at } = change;
    const state = { ...foreseen, head, at };
    const { all, altered } = alterViews(followed.views, { epoch: this.#store.epoch, after: state, alterations });
    this.#projects.set(project, { ...followed, state, views: all });
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
      "replaced or lost changes. Restart the server to serve what the database holds now.",
  );
}
