/** What happens to frames between a server and an SDK. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Application, until } from "../e2e/harness.ts";
import { temporaryFolders } from "./folders.ts";
import type { End } from "./proxy/end.ts";
import { textFrame } from "./proxy/frames.ts";
import type { Edit } from "./proxy/link.ts";
import { goesUp, type Line, Scene, statusOf, toldTo, typesOf } from "./scene.ts";
import { Server } from "./server.ts";

/** Something that does not fit leads to a hello within a heartbeat of 15 s (I4), and what it asks for arrives. */
const HEARTBEAT_MS = 16_000;
const STREAM = "GET /sdk/v1/stream";
const freshFolder = temporaryFolders();
const newScene = () => new Scene(new Server(`sqlite:${freshFolder()}/bannerol.db`, freshFolder()));

/** Does this with the first message of the type that comes from now on; all others pass. */
function once(type: string, edit: Edit): Edit {
  let done = false;
  return (frame, link) => {
    if (done || JSON.parse(frame.text).type !== type) return [frame.bytes];
    done = true;
    return edit(frame, link);
  };
}

/** Whatever is done to a stream: never back (I1), each revision once (I10), and both flags as one (I2). */
async function through(scene: Scene, attack: (line: Line, application: Application) => Promise<void>): Promise<void> {
  const line = await scene.line();
  const application = await line.current();
  await application.ask("startComparing", { flags: ["one", "other"] });
  await attack(line, application);
  expect(goesUp((await toldTo(application)).changes)).toBe(true);
  expect(await application.ask("stopAsking")).toMatchObject({ wrong: 0 });
  await line.end();
}

/** It has the very state that the server has. */
async function isLevel(scene: Scene, application: Application, withinMs = 60_000): Promise<void> {
  await until(async () => {
    const [{ epoch, revision, state }, newest] = await Promise.all([statusOf(application), scene.newest()]);
    return state === "live" && epoch === newest.epoch && revision === newest.revision;
  }, withinMs);
}

describe.concurrent("a stream", () => {
  const scene = newScene();
  beforeAll(() => scene.start());
  afterAll(() => scene.end());

  it.for<[string, (bytes: Buffer) => readonly (Buffer | End)[]]>([
    ["FIN before a frame", () => ["cut"]],
    ["RST before a frame", () => ["reset"]],
    ["FIN a byte before a frame's end", (bytes) => [bytes.subarray(0, -1), "cut"]],
    ["RST a byte before a frame's end", (bytes) => [bytes.subarray(0, -1), "reset"]],
    ["FIN a byte into the next frame", (bytes) => [bytes, Buffer.of(0x81), "cut"]],
    ["RST a byte into the next frame", (bytes) => [bytes, Buffer.of(0x81), "reset"]],
  ])("F6, I3: after %s is resumed by a delta, without a snapshot", async ([, end]) => {
    await through(scene, async ({ proxy }, application) => {
      proxy.edit = once("delta", ({ bytes }) => end(bytes));
      await scene.change();
      await until(() => proxy.open.length === 0 || proxy.links.length > 1);
      await scene.change();
      await isLevel(scene, application);
      const resumed = typesOf(proxy.links.slice(1).flatMap(({ messages }) => messages));
      expect(resumed).toContain("delta");
      expect(resumed).not.toContain("snapshot");
      expect(proxy.requests, "no ruleset was fetched").not.toContain("GET /sdk/v1/ruleset");
    });
  });

  const edited = (text: string, change: object): Buffer =>
    textFrame(JSON.stringify({ ...JSON.parse(text), ...change }));

  it.for<[string, Edit, number?]>([
    ["is lost", () => []],
    ["comes twice", ({ bytes }) => [bytes, bytes]],
    ["comes altered in `from`", ({ text }) => [edited(text, { from: JSON.parse(text).from + 1 })], 1],
    ["comes altered in a key", ({ text }) => [textFrame(text.replace('"one":', '"onf":'))], 1],
    ["comes altered in a version", ({ text }) => [textFrame(text.replace(/"version":\d+/, '"version":1'))], 1],
    [
      "comes with half of its change set",
      ({ text }) => [edited(text, { flags: { one: JSON.parse(text).flags.one } })],
      1,
    ],
  ])(
    "F9, F10: whose delta %s is right again within a heartbeat, on the same connection",
    async ([, edit, rejected = 0]) => {
      await through(scene, async ({ proxy }, application) => {
        proxy.edit = once("delta", edit);
        await scene.change();
        await isLevel(scene, application, HEARTBEAT_MS);
        expect((await statusOf(application)).rejected).toBeGreaterThanOrEqual(rejected);
        expect(proxy.requests.filter((request) => request === STREAM)).toHaveLength(1);
      });
    },
  );

  it("F9: whose deltas come in another order, and again later, never goes back", async () => {
    await through(scene, async ({ proxy }, application) => {
      const held: Buffer[] = [];
      proxy.edit = ({ bytes, text }) => {
        if (JSON.parse(text).type !== "delta") return [bytes];
        held.push(bytes);
        if (held.length < 3) return [];
        return held.length === 3 ? [...held].reverse() : [bytes, ...held.slice(0, 1)];
      };
      await until(async () => (await scene.change()) > 0 && held.length > 2);
      await isLevel(scene, application, HEARTBEAT_MS);
      await scene.change();
      await isLevel(scene, application, HEARTBEAT_MS);
      expect(held.length).toBeGreaterThan(3);
    });
  });

  it.for<[string, string]>([
    ["malformed JSON", "{"],
    ["no object", "[]"],
    ["an object without a type", "{}"],
    ["a delta without its fields", '{"type":"delta"}'],
    ["a negative revision", '{"type":"current","epoch":"e","revision":-1,"checksum":0}'],
    ["a snapshot that is no ruleset", '{"type":"snapshot","ruleset":{},"checksum":0}'],
    ["JSON nested 100,000 deep", `${"[".repeat(100_000)}${"]".repeat(100_000)}`],
  ])("F11: that says %s is made anew, and nothing crashes", async ([, text]) => {
    await through(scene, async ({ proxy }, application) => {
      proxy.edit = once("delta", ({ bytes }) => [bytes, textFrame(text)]);
      await scene.change();
      await until(async () => (await toldTo(application)).problems.includes("protocol_error"));
      await scene.change();
      await isLevel(scene, application);
    });
  });

  it("F11: that says a type and a field that nobody knows goes on", async () => {
    await through(scene, async ({ proxy }, application) => {
      const tomorrow = textFrame('{"type":"tomorrow","from":"nowhere"}');
      proxy.edit = ({ text }) => [tomorrow, edited(text, { tomorrow: { much: true } })];
      await scene.change();
      await isLevel(scene, application);
      expect(proxy.links).toHaveLength(1);
      expect((await toldTo(application)).problems).toEqual([]);
    });
  });

  it("F11: of a newer server fails in the parts that are new alone", async () => {
    await scene.write([
      { flag: "operator", after: {} },
      { flag: "form", after: {} },
    ]);
    const line = await scene.line();
    line.proxy.edit = once("snapshot", ({ text }) => {
      const message = JSON.parse(text);
      const { operator, form } = message.ruleset.flags;
      const when = { attribute: "plan", op: "resembles", values: ["pro"] };
      Object.assign(operator, { enabled: true, rules: [{ id: "r", when, serve: { variant: "off" } }], tomorrow: true });
      form.variants = "none that we know";
      return [edited(text, { ruleset: message.ruleset, tomorrow: true })];
    });
    const reader = await line.current();
    const ask = (flag: string) =>
      reader.ask("evaluate", { flag, context: { targetingKey: "u", plan: "pro" }, defaultValue: false });
    expect(await ask("operator")).toMatchObject({ value: true, reason: "DEFAULT" });
    expect(await ask("form")).toMatchObject({ value: false, errorCode: "PARSE_ERROR" });
    expect(await ask("steady")).toMatchObject({ value: true, reason: "STATIC" });
    expect(await statusOf(reader)).toMatchObject({ state: "live" });
  });
});

describe("a stream of its own server", () => {
  const scene = newScene();
  beforeAll(() => scene.start());
  afterAll(() => scene.end());

  it("F10, I4: whose delta comes altered in `to` is right again within a heartbeat", async () => {
    await through(scene, async ({ proxy }, application) => {
      proxy.edit = once("delta", ({ text }) => {
        const delta = JSON.parse(text);
        return [textFrame(JSON.stringify({ ...delta, to: delta.to + 7 }))];
      });
      await scene.change();
      await isLevel(scene, application, HEARTBEAT_MS);
      await scene.change();
      await isLevel(scene, application);
    });
  });
});
