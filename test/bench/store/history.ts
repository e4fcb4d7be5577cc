/**
 * A long history, made fast: its records are written by the server's own code, and its tables filled in batches. It is
 * what as many single changes would have left; `verify` says so.
 */
import type { Item } from "../../../packages/server/src/state/documents.ts";
import { itemId } from "../../../packages/server/src/state/documents.ts";
import { sample } from "../../../packages/server/src/state/sample-documents.ts";
import { SYSTEM_PROJECT } from "../../../packages/server/src/store/port.ts";
import { canonicalJson, writeRecord } from "../../../packages/server/src/store/record.ts";
import { type ChangeRow, repeatedColumns } from "../../../packages/server/src/store/rows.ts";

export const PROJECT = "default";
const actor = { type: "system", id: "bench", name: "bench" } as const;
/** Ten seconds apart, so that instants can be asked for. */
export const STEP_MS = 10_000;
const BATCH = 2_000;

export interface ItemRow {
  readonly project: string;
  readonly kind: string;
  readonly key: string;
  readonly environment: string;
  readonly revision: number;
  readonly position: number;
  readonly after: string;
}

/** A chain as it stands at its end. */
export interface Chain {
  readonly key: string;
  readonly revision: number;
  readonly head: string;
  readonly at: number;
  readonly documents: readonly ItemRow[];
}

/** Where a history is put. */
export interface Sink {
  readonly begin: (project: string) => Promise<void>;
  readonly add: (changes: readonly ChangeRow[], items: readonly ItemRow[]) => Promise<void>;
  readonly end: (chain: Chain) => Promise<void>;
}

export async function fill(sink: Sink, { flags, changes }: { readonly flags: number; readonly changes: number }) {
  await write(sink, SYSTEM_PROJECT, [[sample.project(PROJECT)]]);
  await write(sink, PROJECT, eachChange(flags, changes));
}

/** The environment, each flag with a rule, then one targeting after the other. */
function* eachChange(flags: number, changes: number): Generator<readonly Item[]> {
  yield [sample.environment("production")];
  for (let flag = 0; flag < flags; flag += 1) {
    yield [sample.flag(`flag-${flag}`, { description: `Flag number ${flag}`, seed: flag }), targeting(flag, 0)];
  }
  for (let change = flags + 1; change < changes; change += 1) yield [targeting(change % flags, change)];
}

export function targeting(flag: number, change: number): Item {
  return sample.targeting(`flag-${flag}`, {
    enabled: change % 2 === 0,
    rules: [
      {
        id: "staff",
        name: "",
        when: { attribute: "email", op: "endsWith", values: [`@${change}.example.com`] },
        serve: { variant: "on" },
      },
    ],
  });
}

async function write(sink: Sink, project: string, all: Iterable<readonly Item[]>): Promise<void> {
  await sink.begin(project);
  const newest = new Map<string, ItemRow>();
  let end = { revision: 0, head: "", at: 0 };
  let changes: ChangeRow[] = [];
  let items: ItemRow[] = [];
  for (const recorded of all) {
    const work = {
      project,
      expectedRevision: end.revision,
      at: (end.revision + 1) * STEP_MS,
      actor,
      action: "bench",
      items: recorded.map((item) => ({ ...item, after: item.after })),
      views: [],
      viewFormat: 0,
    };
    const { text, change } = writeRecord(work, end);
    const { revision, hash, at } = change;
    changes.push({ project, revision, ...repeatedColumns(change), text, hash });
    for (const [position, { kind, key, environment, after }] of change.items.entries()) {
      const row = { project, kind, key, environment, revision, position, after: canonicalJson(after) };
      items.push(row);
      newest.set(itemId({ kind, key, environment }), row);
    }
    end = { revision, head: hash, at };
    if (changes.length < BATCH) continue;
    await sink.add(changes, items);
    [changes, items] = [[], []];
  }
  await sink.add(changes, items);
  await sink.end({ key: project, ...end, documents: [...newest.values()] });
}
