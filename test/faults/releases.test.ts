/** Releases while servers are killed at every transition, and while two of them race for each. */
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { describePostgres } from "../../packages/server/src/store/postgres/testing/database.ts";
import { until } from "../e2e/harness.ts";
import { temporaryFolders } from "./folders.ts";
import { Server } from "./server.ts";

const freshFolder = temporaryFolders();
const clock = fileURLToPath(new URL("./programs/shifted-clock.mjs", import.meta.url));
const PLACE = "projects/default/flags/checkout/environments/production";
const SHARES = [1, 5, 25, 50, 100];
const HOLD_MS = 1_000;

interface Release {
  readonly state: string;
  readonly step: number;
}

interface Change {
  readonly at: string;
  readonly action: string;
  readonly items: readonly { readonly release?: string; readonly after: Release | null }[];
}

async function begin(server: Server, hold = "1s"): Promise<void> {
  await server.must("POST", "projects/default/flags", { key: "checkout" });
  const steps = SHARES.map((percentage) => ({ percentage, hold }));
  await server.must("POST", `${PLACE}/release`, { steps });
}

const release = (server: Server) => server.must<Release>("GET", `${PLACE}/release`);

/** Resolves once the server has looked at what is due again: it carries out a schedule of another flag, which it is told of now. */
async function judgedSince(server: Server): Promise<void> {
  const key = `probe-${probes++}`;
  await server.must("POST", "projects/default/flags", { key });
  const place = `projects/default/flags/${key}/environments/production`;
  // Of the server's own clock, which is years off.
  const refused = await server.ask<{ detail: string }>("POST", `${place}/schedules`, {
    at: "2000-01-01T00:00:00Z",
    change: { enabled: true },
  });
  const here = /it is (\S+) here/.exec(refused.body.detail)?.[1] ?? "";
  const at = new Date(Date.parse(here) + 300).toISOString();
  await server.must("POST", `${place}/schedules`, { at, change: { enabled: true } });
  await until(async () => (await server.must<{ enabled: boolean }>("GET", place)).enabled);
}
let probes = 0;

/** What the history has of the release, oldest first. */
async function transitions(server: Server): Promise<readonly Change[]> {
  const { items } = await server.must<{ items: Change[] }>("GET", "projects/default/changes?flag=checkout&limit=100");
  return items.filter(({ action }) => action.startsWith("release.")).reverse();
}

/** Each step once, in order, each held for its time. */
function expectWhole(changes: readonly Change[]): void {
  const steps = SHARES.slice(1).map(() => "release.step");
  expect(changes.map(({ action }) => action)).toEqual(["release.start", ...steps, "release.complete"]);
  const at = changes.map((change) => Date.parse(change.at));
  for (const [index, instant] of at.entries()) {
    const before = at[index - 1];
    if (before !== undefined) expect(instant - before).toBeGreaterThanOrEqual(HOLD_MS);
  }
}

it("a server that is killed at every transition makes each step of a release once, and cuts no hold short", async () => {
  const server = new Server(`sqlite:${freshFolder()}/bannerol.db`, freshFolder());
  await server.start();
  await begin(server);
  for (let step = 0; step < SHARES.length; step += 1) {
    await until(async () => (await release(server)).step >= step);
    await server.stop("SIGKILL");
    await server.start();
  }
  await until(async () => (await release(server)).state === "completed");
  expectWhole(await transitions(server));
  expect(await server.must("GET", `${PLACE}`)).toMatchObject({
    fallthrough: { rollout: { weights: { on: 100_000 } } },
  });
  expect(await server.must("GET", "projects/default/changes/verify")).toMatchObject({ ok: true });
  await server.stop("SIGKILL");
});

describe("a clock that jumps", () => {
  it("F31: by a year, either way, neither cuts a hold short nor ends it", async () => {
    const settings = { NODE_OPTIONS: `--import=${clock}` };
    const server = new Server(`sqlite:${freshFolder()}/bannerol.db`, freshFolder(), settings);
    await server.start();
    await begin(server, "1h");
    for (let jump = 1; jump <= 3; jump += 1) {
      server.signal("SIGUSR2");
      await until(() => server.output.split("The clock jumps.").length - 1 >= jump);
      await judgedSince(server);
      expect(await release(server)).toMatchObject({ state: "running", step: 0 });
    }
    await server.stop("SIGKILL");
  });
});

await describePostgres("two nodes", ({ url, freshSchema }) => {
  it("race for every step of a release, are killed in turn, and make each once", async () => {
    const database = new URL(url);
    database.searchParams.set("search_path", await freshSchema());
    const [one, other] = [new Server(database.href, freshFolder()), new Server(database.href, freshFolder())];
    await one.start();
    await begin(one);
    await other.start();
    for (let step = 1; step < SHARES.length; step += 1) {
      const [dying, living] = step % 2 === 0 ? [one, other] : [other, one];
      await until(async () => (await release(living)).step >= step);
      await dying.stop("SIGKILL");
      await dying.start();
    }
    await until(async () => (await release(one)).state === "completed");
    await until(async () => (await release(other)).state === "completed");
    expectWhole(await transitions(other));
    expect(await one.must("GET", "projects/default/changes/verify")).toMatchObject({ ok: true });
    await one.stop("SIGKILL");
    await other.stop("SIGKILL");
  });
});
