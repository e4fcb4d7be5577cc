/** For `kill.test.ts`: writes to a database until it is killed, and says on standard output what was acknowledged. */
import { writeSync } from "node:fs";
import { Ledger } from "../../log/ledger.ts";
import { sample } from "../../state/sample-documents.ts";
import { SYSTEM_PROJECT } from "../port.ts";
import { openSqliteStore } from "./sqlite-store.ts";

const [file = ""] = process.argv.slice(2);
const store = await openSqliteStore({ file, at: 1 });
const reports = { unreadable: () => undefined, listenerFailed: () => undefined };
const ledger = await Ledger.open({ store, reports, at: 1 });
const actor = { type: "system", id: "child", name: "child" } as const;

async function write(project: string, items: readonly ReturnType<typeof sample.flag>[]): Promise<void> {
  const done = await ledger.execute({ project, actor, at: 1 }, () => ({
    ok: true,
    action: "test.write",
    items,
    result: undefined,
  }));
  if (done.ok && project === "default" && done.change !== undefined) {
    writeSync(1, `${done.change.revision} ${done.change.hash}\n`);
  }
}

await write(SYSTEM_PROJECT, [sample.project("default")]);
await write("default", [sample.environment("production")]);
for (;;) {
  const revision = ledger.state("default")?.revision ?? 0;
  const text = "x".repeat((revision * 977) % 20_000);
  await write("default", [
    sample.flag("a", { description: `${revision}${text}`, seed: revision }),
    sample.targeting("a", { enabled: revision % 2 === 0 }),
    sample.segment(`s${revision % 50}`, { description: String(revision) }),
  ]);
}
