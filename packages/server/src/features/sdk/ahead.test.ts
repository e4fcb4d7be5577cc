import { expect, it } from "vitest";
import { createHarness, FLAGS } from "../../testing/harness.ts";

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 100; turn += 1) await new Promise((resume) => setImmediate(resume));
};

it.each([
  ["server", true],
  ["client", false],
] as const)("a %s key that says it is ahead is told to come back, and is believed: %s", async (kind, believed) => {
  const api = await createHarness();
  await api.ask(`POST ${FLAGS}`, { body: { key: "a" } });
  const token = await api.makeKey(kind, "production");
  const { epoch } = api.ledger;
  const ruleset = "GET /sdk/v1/ruleset";
  const ahead = await api.ask(`${ruleset}?since=99&epoch=${epoch}`, { token });
  expect(ahead).toMatchObject({ status: 503, body: { code: "try_later" } });
  expect(Number(ahead.headers.get("retry-after"))).toBeGreaterThan(0);
  await turns();
  expect(api.ledger.epoch !== epoch).toBe(believed);
  const again = await api.ask(`${ruleset}?since=99&epoch=${epoch}`, { token });
  expect(again.status).toBe(believed ? 200 : 503);
  if (believed) expect(again.body).toMatchObject({ epoch: api.ledger.epoch, revision: 2, flags: { a: {} } });
});

it("a state of another epoch is not ahead of this one, whatever its number", async () => {
  const api = await createHarness();
  const token = api.keys.get("production") ?? null;
  const { epoch } = api.ledger;
  expect((await api.ask("GET /sdk/v1/ruleset?since=99&epoch=other", { token })).status).toBe(200);
  await turns();
  expect(api.ledger.epoch).toBe(epoch);
});
