import { beforeEach, describe, expect, it } from "vitest";
import { StoreFault } from "../../store/fault.ts";
import type { NodeReport, NodeStore } from "../../store/node-store.ts";
import { type ConnectedSdk, joined } from "./inventory.ts";
import { NodeReports } from "./node-reports.ts";

const sdk = (instance: string, more: Partial<ConnectedSdk> = {}): ConnectedSdk => ({
  instance,
  name: "sdk-node",
  version: "1.0.0",
  keyId: "k",
  class: "server",
  transport: "websocket",
  acknowledged: 0,
  since: 1,
  ...more,
});

describe("reports between nodes", () => {
  let here: Map<string, readonly ConnectedSdk[]>;
  let said: (readonly NodeReport[])[];
  let kept: Map<string, string>;
  let failures: unknown[];
  let away: boolean;
  let reports: NodeReports;

  beforeEach(() => {
    here = new Map();
    said = [];
    kept = new Map();
    failures = [];
    away = false;
    const store: NodeStore = {
      async report(_, news) {
        if (away) throw new StoreFault("unavailable", "away");
        said.push(news);
        for (const { project, environment, sdks } of news) kept.set(`${project}/${environment}`, sdks);
        return kept.size;
      },
      others: async () => [...kept.values()],
      leave: async () => kept.clear(),
    };
    const places = ["production", "staging"].map((environment) => ({ project: "default", environment }));
    reports = new NodeReports({
      store,
      node: "n1",
      here: (_, environment) => here.get(environment) ?? [],
      places: () => places,
      every: () => () => {},
      failed: (error) => failures.push(error),
    });
  });

  it("say what is new and nothing else, and nothing of places where nobody ever was", async () => {
    await reports.report();
    expect(said).toEqual([]);
    here.set("production", [sdk("one")]);
    await reports.report();
    here.set("production", [sdk("one", { since: 2 })]);
    await reports.report();
    here.set("production", [sdk("one", { acknowledged: 7 })]);
    await reports.report();
    here.set("production", []);
    await reports.report();
    expect(said.map((news) => news.map(({ environment, sdks }) => [environment, JSON.parse(sdks).length]))).toEqual([
      [["production", 1]],
      [],
      [["production", 1]],
      [["production", 0]],
    ]);
  });

  it("say all again where the database lost it, or was away", async () => {
    here.set("production", [sdk("one")]);
    await reports.report();
    kept.clear();
    await reports.report();
    await reports.report();
    expect(kept.has("default/production")).toBe(true);
    away = true;
    here.set("staging", [sdk("two")]);
    await reports.report();
    expect(failures).toHaveLength(1);
    away = false;
    await reports.report();
    expect([...kept.keys()]).toEqual(["default/production", "default/staging"]);
  });

  it("are read as far as they can be", async () => {
    kept.set("a", JSON.stringify([sdk("one"), { instance: "of another version" }, null]));
    kept.set("b", JSON.stringify({ other: "form" }));
    expect(await reports.others("default", "production")).toEqual([sdk("one")]);
    await reports.close();
    expect(kept.size).toBe(0);
  });
});

describe("the inventory of all nodes", () => {
  it("has one line for an SDK that several know of, and one for each that has no name", () => {
    const stream = sdk("one", { acknowledged: 3, since: 10 });
    const word = sdk("one", { transport: "polling", name: "unknown", version: "", acknowledged: 9, since: 20 });
    for (const order of [
      [stream, word],
      [word, stream],
    ])
      expect(joined(order)).toEqual([{ ...stream, acknowledged: 9 }]);
    expect(joined([sdk("one"), sdk("one", { keyId: "other" })])).toHaveLength(2);
    expect(joined([sdk(""), sdk("")])).toHaveLength(2);
  });
});
