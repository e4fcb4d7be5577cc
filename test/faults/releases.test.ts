/** Releases while servers are killed at every transition, and while two of them race for each. */
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { describePostgres } from "../../packages/server/src/store/postgres/testing/database.ts";
import { until } from "../e2e/harness.ts";
import { temporaryFolders } from "./folders.ts";
import { Server } from "./server.ts";
import { tellOutcomes } from "./tracking.ts";

const freshFolder = temporaryFolders();
const clock = fileURLToPath(new URL("./programs/shifted-clock.mjs", import.meta.url));
const PLACE = "projects/default/flags/checkout/environments/production";
const SHARES = [1, 5, 25, 50, 100];
const HOLD_MS = 1_000;

const GUARD = { metric: "checkout", measure: "errors" };

interface Release {
  readonly id: string;
  readonly state: string;
  readonly step: number;
  readonly heldMs: number;
  readonly waitsFor?: string;
}

interface Verdicts {
  readonly items: readonly {
    readonly step: number;
    readonly did?: string;
    readonly same: boolean;
    readonly verdict: { readonly verdict: string; readonly reason: string };
  }[];
}

interface Change {
  readonly at: string;
  readonly action: string;
  readonly items: readonly { readonly release?: string; readonly after: Release | null }[];
}

async function begin(server: Server, hold = "1s", guards: readonly object[] = [GUARD]): Promise<string> {
  await server.must("POST", "projects/default/flags", { key: "checkout" });
  const steps = SHARES.map((percentage) => ({ percentage, hold }));
  const { id } = await server.must<Release>("POST", `${PLACE}/release`, { steps, guards, maxHold: "1h" });
  return id;
}

/** Begun at its time by a schedule, with the same guard. */
async function schedule(server: Server, at: number, hold = "1s"): Promise<string> {
  await server.must("POST", "projects/default/flags", { key: "checkout" });
  const steps = SHARES.map((percentage) => ({ percentage, hold }));
  const { id } = await server.must<{ id: string }>("POST", `${PLACE}/schedules`, {
    at: new Date(at).toISOString(),
    release: { steps, guards: [GUARD], maxHold: "1h" },
  });
  return id;
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

/** Nobody tells how it went: the hold is over, and the step stays. */
async function expectGuarded(server: Server, step: number): Promise<void> {
  if (SHARES[step] === 100) return;
  await until(async () => {
    const { heldMs, waitsFor = "" } = await release(server);
    return heldMs > HOLD_MS && (waitsFor === "guards" || waitsFor === "data");
  });
  expect(await release(server)).toMatchObject({ state: "running", step });
}

/** No step began but by a verdict on its guard, which the judge gives again on the same numbers. */
async function expectJudged(server: Server): Promise<void> {
  const { items } = await server.must<Verdicts>("GET", `${PLACE}/release/verdicts`);
  const moving = items.filter(({ did }) => did === "release.step" || did === "release.complete");
  for (const step of SHARES.keys()) {
    const reason = SHARES[step] === 100 ? "noControl" : "shown";
    const given = moving.filter((one) => one.step === step);
    expect(given).not.toEqual([]);
    for (const one of given) expect(one).toMatchObject({ same: true, verdict: { verdict: "pass", reason } });
  }
}

const tell = (server: Server, key: string, id: string, step: number) =>
  tellOutcomes(server, key, { release: id, step, percentage: SHARES[step] ?? 100 });

const goneOn = async (server: Server, step: number) => {
  const now = await release(server);
  return now.step > step || now.state === "completed";
};

it("a server that is killed at every transition makes each step of a release once, skips no guard, and cuts no hold short", async () => {
  const server = new Server(`sqlite:${freshFolder()}/bannerol.db`, freshFolder());
  await server.start();
  const [id, key] = [await begin(server), await server.newKey()];
  for (const step of SHARES.keys()) {
    await expectGuarded(server, step);
    await tell(server, key, id, step);
    // By turns right after what lets the step begin, and right after it began.
    if (step % 2 === 1) await until(() => goneOn(server, step));
    await server.stop("SIGKILL");
    await server.start();
    await until(() => goneOn(server, step));
  }
  expectWhole(await transitions(server));
  await expectJudged(server);
  expect(await server.must("GET", `${PLACE}`)).toMatchObject({
    fallthrough: { rollout: { weights: { on: 100_000 } } },
  });
  expect(await server.must("GET", "projects/default/changes/verify")).toMatchObject({ ok: true });
  await server.stop("SIGKILL");
});

it("a server that is killed as a guard fails takes everybody out once, at its next start", async () => {
  const server = new Server(`sqlite:${freshFolder()}/bannerol.db`, freshFolder());
  await server.start();
  const [id, key] = [await begin(server, "1h"), await server.newKey()];
  await tellOutcomes(server, key, { release: id, step: 0, percentage: 1, failures: 10 });
  await server.stop("SIGKILL");
  await server.start();
  await until(async () => (await release(server)).state === "rolledBack");
  expect((await transitions(server)).map(({ action }) => action)).toEqual(["release.start", "release.rollback"]);
  expect(await server.must("GET", `${PLACE}`)).toMatchObject({ enabled: false, fallthrough: { variant: "on" } });
  await server.stop("SIGKILL");
});

describe("a clock that jumps", () => {
  it("F31: by a year, either way, neither cuts a hold short nor ends it", async () => {
    const settings = { NODE_OPTIONS: `--import=${clock}` };
    const server = new Server(`sqlite:${freshFolder()}/bannerol.db`, freshFolder(), settings);
    await server.start();
    await begin(server, "1h", []);
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
  it("race for every step of a release, are killed in turn, skip no guard, and make each once", async () => {
    const database = new URL(url);
    database.searchParams.set("search_path", await freshSchema());
    const [one, other] = [new Server(database.href, freshFolder()), new Server(database.href, freshFolder())];
    await one.start();
    const at = Date.now() + 3_000;
    const [id, key] = [await schedule(one, at), await one.newKey()];
    await other.start();
    const { items } = await other.must<{ items: object[] }>("GET", `${PLACE}/schedules`);
    expect(items).toMatchObject([{ id, release: { guards: [GUARD] } }]);
    await until(async () => (await release(other)).state === "running");
    expect(await other.must("GET", `${PLACE}/schedules`)).toMatchObject({ items: [] });
    for (const step of SHARES.keys()) {
      const [dying, living] = step % 2 === 0 ? [one, other] : [other, one];
      await expectGuarded(living, step);
      await tell(dying, key, id, step);
      await dying.stop("SIGKILL");
      await until(() => goneOn(living, step));
      await dying.start();
    }
    await until(async () => (await release(one)).state === "completed");
    await until(async () => (await release(other)).state === "completed");
    expectWhole((await transitions(other)).slice(1));
    await expectJudged(one);
    expect(await one.must("GET", "projects/default/changes/verify")).toMatchObject({ ok: true });
    await one.stop("SIGKILL");
    await other.stop("SIGKILL");
  });
});

it("a release that was to begin while its server was dead begins at the next start, once", async () => {
  const server = new Server(`sqlite:${freshFolder()}/bannerol.db`, freshFolder());
  await server.start();
  const at = Date.now() + 1_000;
  await schedule(server, at, "1h");
  await server.stop("SIGKILL");
  await until(() => Date.now() > at);
  await server.start();
  await until(async () => (await release(server)).state === "running");
  await server.stop("SIGKILL");
  await server.start();
  await judgedSince(server);
  expect((await transitions(server)).map(({ action }) => action)).toEqual(["release.schedule", "release.start"]);
  await server.stop("SIGKILL");
});
