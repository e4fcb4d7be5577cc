/** What is too much for a frame, for a window, or for a limit. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Application, until } from "../e2e/harness.ts";
import { temporaryFolders } from "./folders.ts";
import { type Arrival, hangUp, page, pass } from "./proxy/arrivals.ts";
import type { Link } from "./proxy/link.ts";
import { type Line, Scene, statusOf, toldTo, typesOf } from "./scene.ts";
import { Server } from "./server.ts";

const RULESET = "GET /sdk/v1/ruleset";
const freshFolder = temporaryFolders();

describe("a ruleset", () => {
  const scene = new Scene(new Server(`sqlite:${freshFolder()}/bannerol.db`, freshFolder()));
  let line: Line;
  let application: Application;
  beforeAll(async () => {
    await scene.start();
    line = await scene.line();
    application = await line.current();
  });
  afterAll(() => scene.end());

  const reaches = (revision: number) => application.ask("atLeast", { revision, timeoutMs: 60_000 });
  const steady = () =>
    application.ask("evaluate", { flag: "steady", context: { targetingKey: "u" }, defaultValue: false });

  const failures = async () => (await toldTo(application)).problems.filter((code) => code === "fetch_failed").length;

  it.each<[string, (link: Link) => void, Arrival]>([
    ["is cut off", ({ down }) => Object.assign(down, { bytesLeft: 1_000 }), pass],
    ["cannot be read", () => undefined, page("200 OK")],
    ["is a proxy's 502", () => undefined, page("502 Bad Gateway")],
  ])(
    "F29: that doubles, and %s at first, leaves the last one in force until it is there",
    async (name, spoil, arrival) => {
      const failed = await failures();
      Object.assign(line.proxy, { prepare: spoil, arriving: arrival });
      const names = Array.from({ length: 400 }, (_, index) => `${name.replaceAll(/\W/g, "-")}-${index}`);
      const revision = await scene.write(names.map((flag) => ({ flag, after: { description: "" } })));
      await until(async () => (await failures()) > failed);
      expect(await steady()).toMatchObject({ value: true });
      expect((await statusOf(application)).revision).toBeLessThan(revision);
      Object.assign(line.proxy, { prepare: () => undefined, arriving: pass });
      await reaches(revision);
      expect(await steady()).toMatchObject({ value: true });
    },
  );

  it("F29: is spared a write over a limit, which is refused with the limit named", async () => {
    const { revision } = await scene.newest();
    const included = Array.from({ length: 10_001 }, (_, user) => `user-${user}`);
    const items = [{ segment: "huge", after: { included } }];
    const answer = await scene.server.ask("POST", "projects/default/changes", { items });
    expect(answer.status).toBe(422);
    expect(JSON.stringify(answer.body)).toMatch(/10,?000/);
    expect(await scene.newest()).toMatchObject({ revision });
  });

  it("F16: is taken whole, without an error, by who was away for longer than deltas are kept", async () => {
    /** So many changes of about 50 KB each; 4 MiB of them are kept. */
    const grow = async (count: number): Promise<number> => {
      let revision = 0;
      for (let index = 0; index < count; index += 1) {
        const included = Array.from({ length: 5_000 }, (_, user) => `u${index}-${user}`);
        revision = await scene.write([{ segment: `large-${index % 3}`, after: { included } }]);
      }
      return revision;
    };
    await reaches(await grow(3));
    line.proxy.arriving = hangUp;
    line.proxy.end("cut");
    const revision = await grow(100);
    const errors = (await toldTo(application)).problems.length;
    line.proxy.arriving = pass;
    const links = line.proxy.links.length;
    await reaches(revision);
    const after = line.proxy.links.slice(links);
    expect(after.map(({ request }) => request)).toContain(RULESET);
    expect(typesOf(after.flatMap(({ messages }) => messages)), "too much was missed").not.toContain("delta");
    expect((await toldTo(application)).problems).toHaveLength(errors);
  });
});
