import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { connect } from "../../packages/server/src/store/sqlite/connection.ts";
import { until } from "../e2e/harness.ts";
import { kills, seed } from "./amounts.ts";
import { Chance } from "./chance.ts";
import { temporaryFolders } from "./folders.ts";
import { Server } from "./server.ts";

const FLAGS = "projects/default/flags";
/** A start of the server costs a second. */
const rounds = Math.ceil(kills / 4);
const AT_ONCE = 20;
const freshFolder = temporaryFolders();

/** A minute passes for the claims of a process that was killed; how many those are. */
function passMinute(file: string): number {
  const connection = connect(file);
  try {
    return connection.prepare("UPDATE idempotency_keys SET at = at - 60000 WHERE answer IS NULL").run().changes;
  } finally {
    connection.close();
  }
}

describe("requests with an Idempotency-Key, sent again after their server was killed", () => {
  it(`F32: have one effect and one answer each, over ${rounds} kills (seed ${seed})`, async () => {
    const folder = freshFolder();
    const file = join(folder, "bannerol.db");
    const server = new Server(`sqlite:${file}`, folder);
    const chance = new Chance(seed);
    const send = (key: string) => server.ask("POST", FLAGS, { key }, { "idempotency-key": key });
    const tally = { answered: 0, claimed: 0 };
    await server.start();
    const revision = async () => (await server.must<{ revision: number }>("GET", "projects/default")).revision;
    const before = await revision();
    for (let round = 0; round < rounds; round += 1) {
      const keys = Array.from({ length: AT_ONCE }, (_, n) => `flag-${round}-${n}`);
      let answered = 0;
      const sent = keys.map((key) =>
        send(key)
          .finally(() => (answered += 1))
          .catch(() => undefined),
      );
      const enough = chance.below(AT_ONCE);
      await until(() => answered >= enough);
      await pause(chance.next() * 3);
      await server.stop("SIGKILL");
      const first = await Promise.all(sent);
      tally.claimed += passMinute(file);
      await server.start();
      for (const [n, key] of keys.entries()) {
        const again = await send(key);
        expect(again.status).toBe(201);
        expect(await send(key)).toEqual(again);
        if (first[n] === undefined) continue;
        tally.answered += 1;
        expect(again).toEqual(first[n]);
      }
    }
    const made = rounds * AT_ONCE;
    console.info(`Sent again: ${JSON.stringify({ made, ...tally })}`);
    expect(await revision()).toBe(before + made);
    expect(await server.must("GET", "projects/default/changes/verify")).toMatchObject({ ok: true });
    await server.stop();
  });
});
