import { describe, expect, it } from "vitest";
import { AdminClient } from "../admin-client.ts";

const flag = { project: "p", flag: "f" };
const targeting = { ...flag, environment: "e" };
const segment = { project: "p", segment: "s" };
async function* linesOf(text: string) {
  yield new TextEncoder().encode(text);
}
const invariant = { project: "p", invariant: "i" };
const environment = { project: "p", environment: "e" };
const fields = {
  enabled: true,
  off: "off",
  prerequisites: [],
  targets: [],
  rules: [],
  fallthrough: { variant: "on" },
};

/** Each call, and the request that it makes. */
const calls: readonly [request: string, call: (client: AdminClient) => Promise<unknown>][] = [
  ["GET whoami", (client) => client.users.whoami()],
  ["GET users", (client) => client.users.list()],
  ["GET users/u", (client) => client.users.get("u")],
  ["POST users", (client) => client.users.create({ name: "A", email: "a@example.com", role: "viewer" })],
  ["PATCH users/u", (client) => client.users.update("u", { disabled: true })],
  ["GET webhooks", (client) => client.webhooks.list()],
  ["GET webhooks/w", (client) => client.webhooks.get("w")],
  ["POST webhooks", (client) => client.webhooks.create({ url: "https://hooks.example.com/" })],
  ["PATCH webhooks/w", (client) => client.webhooks.update("w", { enabled: false })],
  ["DELETE webhooks/w?comment=c", (client) => client.webhooks.delete("w", { comment: "c" })],
  ["POST webhooks/w/test", (client) => client.webhooks.test("w")],
  ["POST webhooks/w/replay", (client) => client.webhooks.replay("w", { from: 1 })],
  ["POST webhooks/w/rotate", (client) => client.webhooks.rotate("w")],
  ["POST keys/k/rotate", (client) => client.keys.rotate("k")],
  ["POST tokens/t/rotate", (client) => client.tokens.rotate("t", { overlapSeconds: 0 })],
  ["GET projects", (client) => client.projects.list()],
  ["POST projects", (client) => client.projects.create({ key: "p" })],
  ["GET projects/p", (client) => client.projects.get("p")],
  ["GET projects/p/environments", (client) => client.projects.environments("p")],
  ["GET projects/p/environments/e", (client) => client.projects.environment(environment)],
  ["POST projects/p/environments", (client) => client.projects.createEnvironment("p", { key: "e" })],
  ["PATCH projects/p/environments/e", (client) => client.projects.updateEnvironment(environment, { name: "E" })],
  ["GET projects/p/flags", (client) => client.flags.list("p")],
  ["GET projects/p/flags/f", (client) => client.flags.get(flag)],
  ["POST projects/p/flags", (client) => client.flags.create("p", { key: "f" })],
  ["PATCH projects/p/flags/f", (client) => client.flags.update(flag, { owner: "o" })],
  ["POST projects/p/flags/f/archive", (client) => client.flags.archive(flag, {})],
  ["POST projects/p/flags/f/restore", (client) => client.flags.restore(flag, {})],
  ["GET projects/p/flags/f/environments/e", (client) => client.targeting.get(targeting)],
  ["PUT projects/p/flags/f/environments/e", (client) => client.targeting.put(targeting, fields)],
  ["PATCH projects/p/flags/f/environments/e", (client) => client.targeting.update(targeting, { rules: null })],
  ["PUT projects/p/flags/f/environments/e/rollout", (client) => client.targeting.rollout(targeting, { percentage: 1 })],
  ["POST projects/p/flags/f/environments/e/enable", (client) => client.targeting.enable(targeting, {})],
  ["POST projects/p/flags/f/environments/e/disable", (client) => client.targeting.disable(targeting, {})],
  ["POST projects/p/flags/f/environments/e/kill", (client) => client.targeting.kill(targeting, {})],
  [
    "POST projects/p/flags/f/environments/e/preview",
    (client) => client.targeting.preview(targeting, { enabled: true }),
  ],
  [
    "POST projects/p/flags/f/environments/e/release/preview",
    (client) => client.releases.preview(targeting, { steps: [] }),
  ],
  ["GET projects/p/environments/e/diff?from=d", (client) => client.promotion.diff(environment, { from: "d" })],
  [
    "POST projects/p/environments/e/promote",
    (client) => client.promotion.promote(environment, { from: "d", flags: ["f"] }),
  ],
  ["GET projects/p/invariants?environment=e", (client) => client.invariants.list("p", { environment: "e" })],
  ["GET projects/p/invariants/i", (client) => client.invariants.get(invariant)],
  [
    "POST projects/p/invariants",
    (client) => client.invariants.create("p", { key: "i", environment: "e", flag: "f", minimumPercentage: 100 }),
  ],
  ["DELETE projects/p/invariants/i?comment=c", (client) => client.invariants.delete(invariant, { comment: "c" })],
  ["GET projects/p/segments", (client) => client.segments.list("p")],
  ["GET projects/p/segments/s", (client) => client.segments.get(segment)],
  ["POST projects/p/segments", (client) => client.segments.create("p", { key: "s" })],
  ["PUT projects/p/segments/s", (client) => client.segments.put(segment, {})],
  ["PATCH projects/p/segments/s", (client) => client.segments.update(segment, { by: null })],
  ["GET projects/p/segments/s/keys?list=excluded", (client) => client.segments.keys(segment, { list: "excluded" })],
  ["POST projects/p/segments/s/keys", (client) => client.segments.editKeys(segment, { add: ["u1"] })],
  [
    "PUT projects/p/segments/s/keys?comment=c",
    (client) => client.segments.replaceKeys(segment, linesOf("u1\n"), { comment: "c" }),
  ],
  ["DELETE projects/p/segments/s?comment=c", (client) => client.segments.delete(segment, { comment: "c" })],
  ["GET projects/p/changes?flag=f", (client) => client.history.changes("p", { flag: "f" })],
  ["POST projects/p/changes", (client) => client.history.apply("p", { items: [] })],
  ["POST projects/p/revert", (client) => client.history.revert("p", { to: 1, flag: "f" })],
  ["GET changes?actor=a", (client) => client.history.installationChanges({ actor: "a" })],
  ["GET changes/verify?head=abc", (client) => client.history.verifyInstallation({ head: "abc" })],
  ["GET projects/p/changes/verify", (client) => client.history.verify("p")],
  [
    "GET projects/p/changes/verify?head=abc&revision=4",
    (client) => client.history.verify("p", { head: "abc", revision: "4" }),
  ],
  [
    "POST projects/p/environments/e/evaluate",
    (client) => client.evaluations.explain(environment, { flag: "f", context: {} }),
  ],
  ["POST projects/p/environments/e/evaluate", (client) => client.evaluations.evaluateAll(environment, { context: {} })],
  ["GET projects/p/environments/e/ruleset", (client) => client.evaluations.ruleset(environment)],
  ["GET projects/p/environments/e/ruleset?at=7", (client) => client.evaluations.ruleset(environment, { at: 7 })],
  ["GET projects/p/environments/e/connections", (client) => client.evaluations.connections(environment)],
  ["GET projects/p/environments/e/connections?revision=7", (client) => client.evaluations.convergence(environment, 7)],
  ["GET keys?project=p", (client) => client.keys.list({ project: "p" })],
  ["POST keys", (client) => client.keys.create({ project: "p", environment: "e", kind: "server" })],
  ["DELETE keys/i", (client) => client.keys.revoke("i")],
  ["GET tokens", (client) => client.tokens.list()],
  ["POST tokens", (client) => client.tokens.create({ name: "n", role: "viewer" })],
  ["DELETE tokens/i", (client) => client.tokens.revoke("i")],
];

describe("the calls", () => {
  it.each(calls)("make the request %s", async (request, call) => {
    const made: string[] = [];
    const client = new AdminClient({
      url: "http://flags.test",
      token: "t",
      fetch: async (address, init) => {
        made.push(`${init?.method} ${String(address).replace("http://flags.test/api/v1/", "")}`);
        return new Response("{}");
      },
    });
    await call(client);
    expect(made).toEqual([request]);
  });
});
