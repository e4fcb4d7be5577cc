/** "Saved" is not "live": a change with `--wait` ends once the SDKs that are connected have it. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Application, until, World } from "./harness.ts";

interface Connected {
  readonly items: readonly { readonly instance: string }[];
}

const world = new World();
let sleeper: Application;
beforeAll(async () => {
  await world.startServer();
  sleeper = world.application();
  await Promise.all([sleeper, world.application()].map((application) => application.ask("ready")));
  await until(async () => {
    const answer = await world.api("GET", "projects/default/environments/production/connections");
    return ((await answer.json()) as Connected).items.length === 2;
  });
});
afterAll(() => world.end());

const waiting = async (...words: string[]) => {
  const { code, stdout, stderr } = await world.bannerol([...words, "--env", "production", "--wait", "99%", "--json"]);
  return { code, stderr, waited: JSON.parse(stdout).waited };
};

it("a change that every SDK gets ends with 0", async () => {
  const { code, waited } = await waiting("flag", "create", "new-checkout");
  expect([code, waited]).toEqual([0, { share: 1, connected: 2, have: 2, ms: expect.any(Number), missing: [] }]);
});

it("a change that a process cannot hear ends with 1 and names it, and is there once it wakes", async () => {
  sleeper.signal("SIGSTOP");
  const late = await waiting("rollout", "new-checkout", "25", "--enable", "--wait-timeout", "2s");
  expect(late).toMatchObject({ code: 1, waited: { share: 0.5, connected: 2, have: 1 } });
  expect(late.waited.missing).toEqual([expect.objectContaining({ environment: "production", name: "bannerol-node" })]);
  expect(late.stderr).toContain(late.waited.missing[0].instance);
  sleeper.signal("SIGCONT");
  expect(await waiting("kill", "new-checkout")).toMatchObject({ code: 0, waited: { have: 2 } });
});
