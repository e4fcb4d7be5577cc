import { beforeEach, describe, expect, it } from "vitest";
import { createHarness, FLAGS, type Harness, START } from "../../testing/harness.ts";

const CONNECTIONS = "/api/v1/projects/default/environments/production/connections";

describe("connections", () => {
  let api: Harness;
  beforeEach(async () => {
    api = await createHarness();
  });

  const connect = (instance: string, acknowledged: number) =>
    api.connections.push({
      instance,
      name: "sdk-node",
      version: "1.0.0",
      keyId: "k",
      class: "server",
      transport: "websocket",
      acknowledged,
      since: START,
    });
  const change = async (environment: string) => {
    const { headers } = await api.ask(`POST ${FLAGS}/a/environments/${environment}/enable`);
    return Number(headers.get("etag")?.replaceAll('"', ""));
  };

  it("are listed with what they have", async () => {
    connect("one", 3);
    expect((await api.ask(`GET ${CONNECTIONS}`)).body).toEqual({
      items: [
        {
          instance: "one",
          name: "sdk-node",
          version: "1.0.0",
          transport: "websocket",
          revision: 3,
          keyId: "k",
          since: "2026-01-31T12:00:00.000Z",
        },
      ],
    });
  });

  it("R18: have a revision when they have what their view was by then", async () => {
    const { headers } = await api.ask(`POST ${FLAGS}`, { body: { key: "a" } });
    const made = Number(headers.get("etag")?.replaceAll('"', ""));
    const elsewhere = await change("staging");
    const here = await change("production");
    connect("current", here);
    connect("behind", made);
    const ask = async (revision: number) => (await api.ask(`GET ${CONNECTIONS}?revision=${revision}`)).body;
    expect(await ask(elsewhere)).toMatchObject({ connected: 2, have: 2, share: 1, missing: [] });
    expect(await ask(here)).toMatchObject({
      connected: 2,
      have: 1,
      share: 0.5,
      missing: [{ instance: "behind", revision: made }],
    });
  });

  it("all have it where nobody is connected, and nobody has what has not happened", async () => {
    expect((await api.ask(`GET ${CONNECTIONS}?revision=1`)).body).toEqual({
      revision: 1,
      connected: 0,
      have: 0,
      share: 1,
      missing: [],
    });
    expect((await api.ask(`GET ${CONNECTIONS}?revision=999`)).status).toBe(400);
    expect((await api.ask(`GET ${CONNECTIONS}?revision=latest`)).status).toBe(400);
  });
});
