/** Changes that wait for their time, while servers die, race, and their clocks jump. */
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { describePostgres } from "../../packages/server/src/store/postgres/testing/database.ts";
import { until } from "../e2e/harness.ts";
import { temporaryFolders } from "./folders.ts";
import { Server } from "./server.ts";

const freshFolder = temporaryFolders();
const clock = fileURLToPath(new URL("./programs/shifted-clock.mjs", import.meta.url));
const PLACE = "projects/default/flags/checkout/environments/production";
const HOUR_MS = 60 * 60 * 1_000;

interface Change {
  readonly at: string;
  readonly action: string;
}

async function withFlag(server: Server): Promise<void> {
  await server.start();
  await server.must("POST", "projects/default/flags", { key: "checkout" });
}

const schedule = (server: Server, at: number, enabled = true) =>
  server.must("POST", `${PLACE}/schedules`, { at: new Date(at).toISOString(), change: { enabled } });

async function applied(server: Server): Promise<readonly Change[]> {
  const { items } = await server.must<{ items: Change[] }>("GET", "projects/default/changes?flag=checkout&limit=50");
  return items.filter(({ action }) => action === "schedule.apply");
}

const untilApplied = (server: Server, times: number) => until(async () => (await applied(server)).length >= times);

it("F31: a schedule that came due while its server was dead is carried out at the next start, once", async () => {
  const server = new Server(`sqlite:${freshFolder()}/bannerol.db`, freshFolder());
  await withFlag(server);
  const due = Date.now() + 2_000;
  await schedule(server, due);
  await server.stop("SIGKILL");
  await until(() => Date.now() > due);
  await server.start();
  await untilApplied(server, 1);
  expect(await server.must("GET", PLACE)).toMatchObject({ enabled: true });
  await server.stop("SIGKILL");
  await server.start();
  // Carried out by the next start, so that nothing before it is still to come.
  await schedule(server, Date.now() + 500, false);
  await untilApplied(server, 2);
  expect(await applied(server)).toHaveLength(2);
  await server.stop("SIGKILL");
});

it("F31: a schedule fires once, where the clock is set a year forward, a year back, and right again", async () => {
  const settings = { NODE_OPTIONS: `--import=${clock}` };
  const server = new Server(`sqlite:${freshFolder()}/bannerol.db`, freshFolder(), settings);
  await withFlag(server);
  await schedule(server, Date.now() + HOUR_MS);
  server.signal("SIGUSR2");
  await untilApplied(server, 1);
  await server.must("POST", `${PLACE}/disable`, {});
  for (let jump = 0; jump < 2; jump += 1) {
    server.signal("SIGUSR2");
    await until(() => server.output.split("The clock jumps.").length - 1 > jump + 1);
  }
  // The history's instants stay where the year ahead took them; a schedule goes by the clock.
  await schedule(server, Date.now() + 500, false);
  await untilApplied(server, 2);
  expect(await applied(server)).toHaveLength(2);
  expect(await server.must("GET", PLACE)).toMatchObject({ enabled: false });
  await server.stop("SIGKILL");
});

await describePostgres("two nodes", ({ url, freshSchema }) => {
  it("F31: carry out each of many schedules once, at or after its time", async () => {
    const database = new URL(url);
    database.searchParams.set("search_path", await freshSchema());
    const nodes = [0, 1].map(() => new Server(database.href, freshFolder()));
    const [one, other] = nodes;
    if (one === undefined || other === undefined) throw new Error("There are two.");
    await withFlag(one);
    await other.start();
    const times = Array.from({ length: 10 }, (_, at) => Date.now() + 1_000 + at * 200);
    for (const [index, at] of times.entries()) await schedule(index % 2 === 0 ? one : other, at, index % 2 === 0);
    await untilApplied(one, times.length);
    await untilApplied(other, times.length);
    const changes = [...(await applied(other))].reverse();
    expect(changes).toHaveLength(times.length);
    for (const [index, { at }] of changes.entries()) expect(Date.parse(at)).toBeGreaterThanOrEqual(times[index] ?? 0);
    expect(await one.must("GET", "projects/default/changes/verify")).toMatchObject({ ok: true });
    for (const node of nodes) await node.stop("SIGKILL");
  });
});
