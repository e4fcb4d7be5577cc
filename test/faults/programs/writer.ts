/**
 * Writes to a database until it is killed, or until it has made as many changes as it was asked for. It says on standard
 * output, at once and in order, what it is about and what was acknowledged:
 *
 *     opening
 *     project revision hash
 *     fault kind
 *
 * Each change counts: the project's flag and segment `shared`, and a flag of the writer's own.
 */
import { randomUUID } from "node:crypto";
import { writeSync } from "node:fs";
import { Ledger } from "../../../packages/server/src/log/ledger.ts";
import type { ProjectState } from "../../../packages/server/src/state/project-state.ts";
import { removed, sample } from "../../../packages/server/src/state/sample-documents.ts";
import { StoreFault } from "../../../packages/server/src/store/fault.ts";
import { SYSTEM_PROJECT } from "../../../packages/server/src/store/port.ts";
import { openPostgresStore } from "../../../packages/server/src/store/postgres/postgres-store.ts";
import { openSqliteStore } from "../../../packages/server/src/store/sqlite/sqlite-store.ts";
import { countOf, type Order } from "../order.ts";

const order: Order = JSON.parse(process.argv[2] ?? "{}");
const actor = { type: "system", id: "writer", name: order.name } as const;
const now = (): number => Date.now();
const say = (line: string): void => void writeSync(1, `${line}\n`);

say("opening");
const store =
  order.database.kind === "sqlite"
    ? await openSqliteStore({ file: order.database.file, at: now() })
    : await openPostgresStore({ ...order.database, at: now() });
const reports = { unreadable: () => undefined, listenerFailed: () => undefined };
const ledger = await Ledger.open({ store, reports, at: now() });
ledger.follow(() => undefined);

await prepare();
let left = order.changes ?? Number.POSITIVE_INFINITY;
await Promise.all(Array.from({ length: order.writers }, (_, index) => write(index)));
await ledger.close();

async function prepare(): Promise<void> {
  for (const project of order.projects) {
    await execute(SYSTEM_PROJECT, () => ({ items: [sample.project(project)] }));
    await execute(project, () => ({ items: [sample.environment("production")] }));
  }
}

async function write(index: number): Promise<void> {
  const project = order.projects[index % order.projects.length] ?? "default";
  for (let round = 0; left > 0; round += 1) {
    left -= 1;
    try {
      await execute(project, (state) => step(state, { own: `${order.name}-${index}`, round }));
    } catch (error) {
      if (!(error instanceof StoreFault) || order.tolerant !== true) throw error;
      say(`fault ${error.kind}`);
    }
  }
}

/** Documents of every kind come, change and go; their sizes differ, so that changes end anywhere in a page. */
function step(state: ProjectState, { own, round }: { readonly own: string; readonly round: number }) {
  const count = countOf(state, "shared") + 1;
  const ownCount = countOf(state, own) + 1;
  const padding = "x".repeat((count * 977) % (round % 7 === 0 ? 9_000 : 300));
  const passing = sample.segment(`passing-${own}`);
  const items = [
    sample.flag("shared", { description: String(count), clientSide: count % 3 === 0 }),
    sample.segment("shared", { included: [String(count)] }),
    sample.targeting("shared", { enabled: count % 2 === 0 }),
    sample.flag(own, { description: `${ownCount} ${padding}`, seed: round }),
    ownCount % 2 === 0 ? removed(passing) : passing,
  ];
  if (ownCount % 10 !== 0) return { items };
  const id = `${own}-${ownCount}`;
  return { items: [...items, sample.key(id)], credentials: [{ id, digest: id, project: state.key }] };
}

async function execute(
  project: string,
  decide: (state: ProjectState) => Pick<ReturnType<typeof step>, "items" | "credentials">,
): Promise<void> {
  // Nodes may do the very same thing at the same time; by this id their changes are told apart.
  const request = { project, actor, at: now(), requestId: randomUUID() };
  const done = await ledger.execute(request, (state) => {
    return { ok: true, action: "test.write", result: undefined, ...decide(state) };
  });
  if (done.ok && done.change !== undefined) say(`${project} ${done.change.revision} ${done.change.hash}`);
}
