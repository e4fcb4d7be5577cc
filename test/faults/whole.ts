/** Whether a database holds all that was acknowledged, and nothing half done. */
import { foresee } from "../../packages/server/src/log/proposal.ts";
import { loadState } from "../../packages/server/src/state/fold.ts";
import { emptyState, type ProjectState } from "../../packages/server/src/state/project-state.ts";
import type { Change, EntityName, Store, StoredEntity, StoredProject } from "../../packages/server/src/store/port.ts";
import { countOf } from "./order.ts";

/** Of each project, the hashes that were acknowledged, by revision. */
export type Acknowledged = ReadonlyMap<string, ReadonlyMap<number, string>>;

/** What is wrong, a line each; none where all is well. `_system` is checked like any project, where it is there. */
export async function misfits(store: Store, acknowledged: Acknowledged): Promise<readonly string[]> {
  const projects = await store.projects();
  const lost = [...acknowledged.keys()].filter((project) => !projects.includes(project));
  const found = lost.map((project) => `project ${project} is gone`);
  for (const project of projects) {
    const wrong = await misfitsOf(store, project, acknowledged.get(project) ?? new Map());
    found.push(...wrong.map((what) => `${project}: ${what}`));
  }
  return found;
}

async function misfitsOf(store: Store, project: string, acknowledged: ReadonlyMap<number, string>): Promise<string[]> {
  const verdict = await store.verify(project);
  if (!verdict.ok) return [`change ${verdict.revision}: ${verdict.reason}`];
  const stored = await store.load(project);
  const log = await wholeLog(store, project);
  const state = loadState(stored);
  const digests = (await store.digests()).filter((digest) => digest.project === project);
  return [
    ...differs("changes verified", verdict.checked, stored.revision),
    ...differs("changes followed", log.length, stored.revision),
    ...lostChanges(log, acknowledged),
    ...instantsGoingBack(log),
    ...differs("views", entitiesOf(stored.entities), entitiesOf(replayed(project, log))),
    ...differs(
      "keys and tokens",
      [...state.keys.keys(), ...state.tokens.keys()].sort(),
      digests.map(({ id }) => id).sort(),
    ),
    ...differs("instant", stored.at, log.at(-1)?.at ?? 0),
  ];
}

async function wholeLog(store: Store, project: string): Promise<readonly Change[]> {
  const log: Change[] = [];
  for (;;) {
    const { changes } = await store.follow(project, log.length, 500);
    if (changes.length === 0) return log;
    log.push(...changes);
  }
}

function lostChanges(log: readonly Change[], acknowledged: ReadonlyMap<number, string>): string[] {
  return [...acknowledged]
    .filter(([revision, hash]) => log[revision - 1]?.hash !== hash)
    .map(
      ([revision]) => `change ${revision} was acknowledged and is ${log[revision - 1] ? "another one" : "not there"}`,
    );
}

function instantsGoingBack(log: readonly Change[]): string[] {
  const back = log.find(({ at }, index) => at < (log[index - 1]?.at ?? 0));
  return back === undefined ? [] : [`change ${back.revision} is earlier than the one before it`];
}

/** What is wrong with the counts that `programs/writer.ts` keeps, in those of its projects that are there. */
export async function miscounts(store: Store, projects: readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  const there = new Set(await store.projects());
  for (const project of projects.filter((name) => there.has(name))) {
    const wrong = miscounted(loadState(await store.load(project)));
    found.push(...wrong.map((what) => `${project}: ${what}`));
  }
  return found;
}

/** A writer counts in the flag and the segment that all share, and in a flag of its own; every change but the first. */
function miscounted(state: ProjectState): readonly string[] {
  if (!state.environments.has("production")) return [];
  const shared = countOf(state, "shared");
  const own = [...state.flags.keys()].filter((key) => key !== "shared");
  const sum = own.reduce((total, key) => total + countOf(state, key), 0);
  const segment = state.segments.get("shared");
  return [
    ...differs("shared count", shared, state.revision - 1),
    ...differs("own counts", sum, shared),
    ...differs("the segment's count", segment?.document.included, shared === 0 ? undefined : [String(shared)]),
  ];
}

/** What the views must show, made from the log alone, as a node that followed it from the start would have it. */
function replayed(project: string, log: readonly Change[]): readonly StoredEntity[] {
  const entities = new Map<string, StoredEntity>();
  let state = emptyState(project);
  for (const change of log) {
    if (change.action === RENEWAL) renew(entities, change.revision);
    const foreseen = foresee(state, change);
    for (const { environment, class: viewClass, put, drop } of foreseen.alterations) {
      const set = (dropped: boolean) => (name: EntityName) => {
        const entity = {
          environment,
          class: viewClass,
          kind: name.kind,
          key: name.key,
          version: change.revision,
          dropped,
        };
        entities.set(JSON.stringify([environment, viewClass, name.kind, name.key]), entity);
      };
      drop.forEach(set(true));
      put.forEach(set(false));
    }
    state = foreseen.state;
  }
  return [...entities.values()];
}

/** Made by a program that projects otherwise than the one before it: all that views show has a new version. */
const RENEWAL = "views.renew";

function renew(entities: Map<string, StoredEntity>, version: number): void {
  for (const [id, entity] of entities) if (!entity.dropped) entities.set(id, { ...entity, version });
}

function entitiesOf(entities: StoredProject["entities"]): readonly string[] {
  return entities
    .map(({ environment, class: viewClass, kind, key, version, dropped }) =>
      [environment, viewClass, kind, key, version, dropped].join(" "),
    )
    .sort();
}

function differs(what: string, found: unknown, wanted: unknown): string[] {
  const [is, should] = [JSON.stringify(found), JSON.stringify(wanted)];
  return is === should ? [] : [`${what}: ${is}, and not ${should}`];
}
