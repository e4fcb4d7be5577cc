/**
 * Guards whose numbers come from outside: a Prometheus server as Debian has it, which reads a small shop's metrics, and a
 * JSON answer. Both die in the middle of a release, and come back. Readings are ten seconds apart, and eight are wanted:
 * so the server's wall clock, by which they are taken, runs ten times as fast.
 */
import { createServer, type Server as HttpServer } from "node:http";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort, until } from "../e2e/harness.ts";
import { temporaryFolders } from "./folders.ts";
import { RealPrometheus } from "./real-prometheus.ts";
import { Server } from "./server.ts";

const freshFolder = temporaryFolders();
const fastClock = fileURLToPath(new URL("./programs/fast-clock.mjs", import.meta.url));
const LONGEST_MS = 10 * 60_000;
const PER_SECOND = 50;
const FAILING = 0.01;

interface Release {
  readonly state: string;
  readonly step: number;
  readonly heldMs: number;
  readonly waitsFor?: string;
  readonly verdict?: {
    readonly guards: readonly { readonly treated: { readonly outcomes: number }; readonly control?: object }[];
  };
}

/** A shop's `/metrics`, and `/rate?of=variant` as JSON: each variant sells at the same rate, and fails as often. */
function openShop(port: number): Promise<HttpServer> {
  const shop = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://shop");
    const orders = (Date.now() / 1_000) * PER_SECOND;
    const lines = ["on", "off"].flatMap((variant) => [
      `shop_orders_total{variant="${variant}"} ${orders}`,
      `shop_failures_total{variant="${variant}"} ${orders * FAILING}`,
    ]);
    response.setHeader("content-type", pathname === "/rate" ? "application/json" : "text/plain; version=0.0.4");
    response.end(pathname === "/rate" ? JSON.stringify({ orders: { failing: FAILING } }) : `${lines.join("\n")}\n`);
  });
  return new Promise((resolve) => shop.listen(port, "127.0.0.1", () => resolve(shop)));
}

async function closeShop(shop: HttpServer): Promise<void> {
  shop.closeAllConnections();
  await new Promise((resolve) => shop.close(resolve));
}

const placeOf = (flag: string) => `projects/default/flags/${flag}/environments/production`;

interface Source {
  readonly source: object;
  readonly die: () => Promise<void>;
  readonly live: () => Promise<void>;
}

/** From its start on until it has ended well: how a release fares whose guard's source dies and comes back. */
async function fares(server: Server, flag: string, { source, die, live }: Source): Promise<void> {
  const place = placeOf(flag);
  const release = () => server.must<Release>("GET", `${place}/release`);
  const readings = async () => (await release()).verdict?.guards[0]?.treated.outcomes ?? 0;
  await server.must("POST", "projects/default/flags", { key: flag });
  const steps = [50, 100].map((percentage) => ({ percentage, hold: "1s" }));
  const guards = [{ metric: "checkout", measure: "errors", source }];
  await server.must("POST", `${place}/release`, { steps, guards, maxHold: "1h" });
  await until(async () => (await readings()) >= 2, LONGEST_MS);
  await die();
  await until(async () => (await release()).waitsFor === "data", LONGEST_MS);
  const held = await release();
  expect(held).toMatchObject({ state: "running", step: 0, verdict: { verdict: "noData" } });
  // Its hold has been over for long.
  expect(held.heldMs).toBeGreaterThan(1_000);
  await live();
  await until(async () => (await release()).state === "completed", LONGEST_MS);
  const { items } = await server.must<{ items: object[] }>("GET", `${place}/release/verdicts`);
  expect(items).toContainEqual(
    expect.objectContaining({
      step: 0,
      did: "release.step",
      same: true,
      verdict: expect.objectContaining({ verdict: "pass", reason: "shown" }),
    }),
  );
}

describe.concurrent("a release holds while what guards it is dead, and goes on when it is back:", () => {
  let server: Server;
  let ports = { metrics: 0, prometheus: 0, rates: 0 };
  let metrics: HttpServer | undefined;
  beforeAll(async () => {
    ports = { metrics: await freePort(), prometheus: await freePort(), rates: await freePort() };
    metrics = await openShop(ports.metrics);
    server = new Server(`sqlite:${freshFolder()}/bannerol.db`, freshFolder(), {
      BANNEROL_OUTBOUND_ALLOW: `127.0.0.1:${ports.prometheus},127.0.0.1:${ports.rates}`,
      NODE_OPTIONS: `--import=${fastClock}`,
      BANNEROL_PROMETHEUS_URL: `http://127.0.0.1:${ports.prometheus}`,
    });
    await server.start();
  });
  afterAll(async () => {
    await server.stop("SIGKILL");
    if (metrics !== undefined) await closeShop(metrics);
  });

  it("a Prometheus server", { timeout: LONGEST_MS }, async (context) => {
    const wanted = { port: ports.prometheus, target: `127.0.0.1:${ports.metrics}` };
    const prometheus = await RealPrometheus.start(wanted, freshFolder());
    if (typeof prometheus === "string") return context.skip(prometheus);
    context.onTestFinished(() => prometheus.kill());
    const rate = (name: string) => `rate(shop_${name}_total{variant="$variant"}[10s])`;
    const source = { prometheus: `${rate("failures")} / ${rate("orders")}` };
    await fares(server, "by-prometheus", {
      source,
      die: () => prometheus.kill(),
      live: () => prometheus.again(),
    });
    expect(server.output).toContain(`http://127.0.0.1:${ports.prometheus}/api/v1/query`);
  });

  it("a JSON answer", { timeout: LONGEST_MS }, async (context) => {
    let rates = await openShop(ports.rates);
    context.onTestFinished(() => closeShop(rates));
    await fares(server, "by-answer", {
      source: { http: `http://127.0.0.1:${ports.rates}/rate?of=$variant`, path: "/orders/failing" },
      die: () => closeShop(rates),
      live: async () => {
        rates = await openShop(ports.rates);
      },
    });
    expect(server.output).toContain(`http://127.0.0.1:${ports.rates}/rate: `);
  });
});
