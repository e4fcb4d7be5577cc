/**
 * The example shop under traffic, and releases of its new checkout: a good one goes through by itself, bad ones are taken
 * back, and what is no fault of the release takes nothing back. How long it took, and how many met it, is written out.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { collect, exitOf, freePort, root, until, World } from "../e2e/harness.ts";
import { releases } from "./amounts.ts";
import { Customers } from "./customers.ts";

const PLACE = "projects/default/flags/new-checkout/environments/production";
const MINUTES_MS = 600_000;

interface Release {
  readonly state: string;
  readonly step: number;
  readonly waitsFor?: string;
  readonly reason?: string;
  readonly verdict?: { readonly verdict: string };
}

const world = new World();
let shop: ChildProcess | undefined;
let customers: Customers | undefined;
let port = 0;

async function openShop(): Promise<void> {
  const { PATH } = process.env;
  const env = { PATH, HOME: world.folder, SHOP_PORT: String(port) };
  shop = spawn(process.execPath, [join(root, "examples/shop/src/shop.js")], { cwd: world.folder, env });
  const said = collect(shop);
  await until(async () => {
    if (shop?.exitCode !== null) throw new Error(`The shop ended:\n${said.stdout}${said.stderr}`);
    return (await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => undefined))?.ok === true;
  });
}

async function closeShop(): Promise<void> {
  if (shop === undefined || shop.exitCode !== null) return;
  const ended = exitOf(shop);
  shop.kill("SIGKILL");
  await ended;
}

async function must(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
  const response = await world.api(method, path, body);
  const answer = (await response.json()) as Record<string, unknown>;
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(answer)}`);
  return answer;
}

const release = async (): Promise<Release> => (await (await world.api("GET", `${PLACE}/release`)).json()) as Release;

/** Everybody has the old checkout, and what shall go wrong from now on. */
async function prepare(trouble: object): Promise<void> {
  await must("POST", `${PLACE}/kill`);
  await must("PATCH", `${PLACE}`, { fallthrough: { variant: "on" } });
  const variants = [
    { key: "trouble", value: trouble },
    { key: "none", value: {} },
  ];
  await must("PATCH", "projects/default/flags/trouble", { variants });
}

/** The steps that a release has unless it names others. */
const SHARES = [1, 5, 25, 50, 100];
/** Orders a second. */
const USUAL_RATE = 1_000;
/** To rule harm out takes some 400 treated outcomes: with so many orders half a minute at 1 %. */
const HIGH_RATE = 1_500;

async function begin(
  guard: object,
  { shares = SHARES, variant = "on", rate = USUAL_RATE } = {},
): Promise<() => Promise<string>> {
  const body = {
    variant,
    steps: shares.map((percentage) => ({ percentage, hold: "2s" })),
    guards: [guard],
    maxHold: "10m",
  };
  customers?.come(rate);
  customers?.take();
  const began = performance.now();
  await must("POST", `${PLACE}/release`, body);
  return async () => {
    const fares = customers?.take();
    const seconds = Math.round((performance.now() - began) / 1_000);
    const { state, step, reason = "" } = await release();
    return `${state} at step ${step + 1} after ${seconds} s; ${fares?.treated.size} users had it, ${fares?.hurt.size} met a failure in it, of ${fares?.sent} orders; ${reason}`;
  };
}

const ends = (state: string) => until(async () => (await release()).state === state, MINUTES_MS);
const errors = { metric: "checkout", measure: "errors" };
const usual = { errors: 0.01 };

/** What the command line says of the shop's runs of the new checkout beside the old one. */
async function reportsRuns(): Promise<void> {
  const command = ["parallel", "new-checkout", "--env", "production"];
  const { code, stdout, stderr } = await world.bannerol(command);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(/^revision \d+, last run .*\n\d+ runs, \d+ matches, \d+ mismatches \([\d.]+ %\)/m);
  expect(stdout).toMatch(/^candidate( +[\d.]+ ms){3}$/m);
  // Both checkouts differ in their names and steps too, which the shop does not compare.
  expect(stdout.match(/(?<=^ +\d+ {2})\/.*$/gm)).toEqual(["/totalCents: number ≠ number"]);
  const [newest] = (await world.json<{ items: Record<string, number>[] }>(...command)).items;
  expect(newest?.runs).toBe((newest?.matches ?? 0) + (newest?.mismatches ?? 0) + ignored(newest));
}

/** The new checkout rounds otherwise by a cent, which the shop counts as known. */
function ignored(item: { readonly ignored?: unknown } = {}): number {
  const known = Array.isArray(item.ignored) ? item.ignored : [];
  return known.reduce((sum: number, { count }: { count: number }) => sum + count, 0);
}

interface Scene {
  readonly name: string;
  readonly run: () => Promise<string>;
}

const scenes: readonly Scene[] = [
  {
    name: "5 % errors in the new one are taken back",
    async run() {
      await prepare({ old: usual, new: { errors: 0.05 } });
      const told = await begin(errors);
      await ends("rolledBack");
      expect(await must("GET", PLACE)).toMatchObject({ enabled: false, fallthrough: { variant: "on" } });
      return told();
    },
  },
  {
    name: "a good one goes through by itself",
    async run() {
      await prepare({ old: usual, new: usual });
      const told = await begin(errors, { rate: HIGH_RATE });
      await ends("completed");
      expect(await must("GET", PLACE)).toMatchObject({
        enabled: true,
        fallthrough: { rollout: { weights: { on: 100_000 } } },
      });
      return told();
    },
  },
  {
    name: "a new one that takes half as long again is taken back",
    async run() {
      await prepare({ old: {}, new: { slower: 1.5 } });
      const told = await begin({ metric: "checkout", measure: "latency" });
      await ends("rolledBack");
      return told();
    },
  },
  {
    name: "2 % other totals in the shadow are taken back",
    async run() {
      await prepare({ old: {}, new: { wrong: 0.02 } });
      const told = await begin({ metric: "new-checkout", measure: "mismatches" }, { variant: "shadow" });
      await ends("rolledBack");
      await reportsRuns();
      return told();
    },
  },
  {
    name: "where no outcome comes in, it holds",
    async run() {
      await prepare({ old: usual, new: { errors: 0.05 } });
      const told = await begin({ metric: "nobody-tells", measure: "errors" });
      await until(async () => (await release()).waitsFor === "data", MINUTES_MS);
      // A hold further on nothing has changed.
      const { heldMs } = await must("GET", `${PLACE}/release`);
      await until(async () => Number((await must("GET", `${PLACE}/release`)).heldMs) > Number(heldMs) + 2_000);
      expect(await release()).toMatchObject({ state: "running", step: 0, waitsFor: "data" });
      return told();
    },
  },
  {
    name: "an incident that hits both sides takes nothing back",
    async run() {
      await prepare({ old: { errors: 0.2 }, new: { errors: 0.2 } });
      const told = await begin(errors, { shares: [50, 100] });
      await until(async () => (await release()).step === 1, MINUTES_MS);
      await ends("completed");
      return told();
    },
  },
];

beforeAll(async () => {
  await world.startServer();
  const variants = ["on", "shadow", "off"].map((key) => ({ key, value: key !== "off" }));
  await must("POST", "projects/default/flags", { key: "new-checkout", variants });
  const trouble = [
    { key: "trouble", value: {} },
    { key: "none", value: {} },
  ];
  await must("POST", "projects/default/flags", { key: "trouble", type: "json", variants: trouble });
  await must("POST", "projects/default/flags/trouble/environments/production/enable");
  port = await freePort();
  await openShop();
  customers = new Customers({ port, rate: USUAL_RATE, users: 20_000 });
});
afterAll(async () => {
  customers?.leave();
  await closeShop();
  await world.end();
});

it.each(scenes.slice(0, releases))("a release of the shop: $name", { timeout: MINUTES_MS }, async ({ name, run }) => {
  process.stdout.write(`${name}: ${await run()}\n`);
});
