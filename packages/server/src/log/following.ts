/**
 * Keeps a node level with what other processes write to the same database.
 *
 *     store.watch ─► newest revisions ─► level(project, revision) for each ─► told: undefined, or the first trouble
 *                 └► failed ───────────────────────────────────────────────► told: the fault
 *
 * Looks overlap. One that began before the last trouble was met says nothing of what came after, so its success is
 * kept to itself.
 */
import { type Store, SYSTEM_PROJECT } from "../store/port.ts";

export interface FollowingPorts {
  readonly store: Store;
  /** Makes the node show at least this revision of a project; `head` is the hash that it has, where it is known. */
  readonly level: (project: string, revision: number, head?: string) => Promise<void>;
  /** Hears how each look went: what was in the way, or `undefined`. It must not throw. */
  readonly told: (trouble: unknown) => void;
}

/** Answers with what ends it; `undefined` where there can be no other process. */
export function startFollowing({ store, level, told }: FollowingPorts): (() => Promise<void>) | undefined {
  let begun = 0;
  let begunBeforeTrouble = 0;
  const report = (look: number, trouble: unknown): void => {
    if (trouble !== undefined) begunBeforeTrouble = begun;
    else if (look <= begunBeforeTrouble) return;
    told(trouble);
  };
  return store.watch?.({
    newest(revisions, heads) {
      begun += 1;
      const look = begun;
      void levelAll(revisions, heads, level).then((trouble) => report(look, trouble));
    },
    failed: (fault) => report(begun, fault),
  });
}

/** One project's trouble is no other's. The installation goes first: its log tells under which epoch the others are read. */
async function levelAll(
  revisions: ReadonlyMap<string, number>,
  heads: ReadonlyMap<string, string> | undefined,
  level: FollowingPorts["level"],
): Promise<unknown> {
  const troubleOf = (project: string, revision: number): Promise<unknown> =>
    level(project, revision, heads?.get(project)).catch((trouble: unknown) => trouble);
  const system = revisions.get(SYSTEM_PROJECT);
  const first = system === undefined ? undefined : await troubleOf(SYSTEM_PROJECT, system);
  const others = [...revisions].filter(([project]) => project !== SYSTEM_PROJECT);
  const rest = await Promise.all(others.map(([project, revision]) => troubleOf(project, revision)));
  return [first, ...rest].find((trouble) => trouble !== undefined);
}
