import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolders } from "../folders.ts";
import { Disk, type Luck } from "./disk.ts";
import type { TraceEvent } from "./trace.ts";

const freshFolder = temporaryFolders();
const none: Luck = { sector: 4, persists: () => false };
const all: Luck = { sector: 4, persists: () => true };

/** Every second part persists. */
function half(): Luck {
  let asked = 0;
  return {
    sector: 4,
    persists: () => {
      asked += 1;
      return asked % 2 === 0;
    },
  };
}

const open = (fd: number, path: string, ...flags: string[]): TraceEvent => ({ call: "open", fd, path, flags });
const write = (fd: number, text: string, offset?: number): TraceEvent => {
  return { call: "write", fd, data: Buffer.from(text), ...(offset === undefined ? {} : { offset }) };
};
const sync = (fd: number): TraceEvent => ({ call: "sync", fd });
const made = [open(9, "/r"), open(3, "/r/a", "O_RDWR", "O_CREAT"), sync(9)];

/** The files of an image, by name. */
function imageOf(events: readonly TraceEvent[], luck: Luck): Record<string, string> {
  const disk = new Disk("/r");
  for (const event of events) disk.take(event);
  const folder = join(freshFolder(), "image");
  disk.writeImage(folder, luck);
  const names = existsSync(folder) ? readdirSync(folder, { recursive: true, withFileTypes: true }) : [];
  const files = names.filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.map(({ parentPath, name }) => [name, readFileSync(join(parentPath, name), "latin1")]),
  );
}

describe("what is left of a disk", () => {
  it.each<{ title: string; events: readonly TraceEvent[]; luck: () => Luck; left: Record<string, string> }>([
    {
      title: "no name of a file that was made and synced, its folder not",
      luck: () => none,
      left: {},
      events: [open(3, "/r/a", "O_CREAT"), write(3, "abc"), sync(3)],
    },
    {
      title: "that name, with luck",
      luck: () => all,
      left: { a: "abc" },
      events: [open(3, "/r/a", "O_CREAT"), write(3, "abc"), sync(3)],
    },
    {
      title: "a name without bytes, where the folder alone was synced",
      luck: () => none,
      left: { a: "" },
      events: [...made, write(3, "abc")],
    },
    {
      title: "what was written before the last sync",
      luck: () => none,
      left: { a: "abc" },
      events: [...made, write(3, "abc"), sync(3), write(3, "def")],
    },
    {
      title: "what came later, with luck",
      luck: () => all,
      left: { a: "abcdef" },
      events: [...made, write(3, "abc"), sync(3), write(3, "def")],
    },
    {
      title: "a write torn at its sectors",
      luck: half,
      left: { a: "\0\0\0\0efgh\0\0\0\0mnop" },
      events: [...made, write(3, "abcdefghijklmnop")],
    },
    {
      title: "the old size, where cutting it was not synced",
      luck: () => none,
      left: { a: "abc" },
      events: [...made, write(3, "abc"), sync(3), { call: "truncate", fd: 3, size: 1 }],
    },
    {
      title: "the new size, where it was",
      luck: () => none,
      left: { a: "a" },
      events: [...made, write(3, "abc"), { call: "truncate", fd: 3, size: 1 }, sync(3)],
    },
    {
      title: "zeros before a write beyond the end",
      luck: () => none,
      left: { a: "\0\0b" },
      events: [...made, write(3, "b", 2), sync(3)],
    },
    {
      title: "the old name of a renamed file",
      luck: () => none,
      left: { a: "abc" },
      events: [...made, write(3, "abc"), sync(3), { call: "rename", from: "/r/a", to: "/r/b" }],
    },
    {
      title: "the new one, once its folder was synced",
      luck: () => none,
      left: { b: "abc" },
      events: [...made, write(3, "abc"), sync(3), { call: "rename", from: "/r/a", to: "/r/b" }, sync(9)],
    },
    {
      title: "a removed file, until its folder is synced",
      luck: () => none,
      left: { a: "" },
      events: [...made, { call: "unlink", path: "/r/a" }],
    },
    {
      title: "nothing of it then",
      luck: () => none,
      left: {},
      events: [...made, { call: "unlink", path: "/r/a" }, sync(9)],
    },
    {
      title: "nothing in a folder whose own name was not synced",
      luck: () => none,
      left: {},
      events: [
        { call: "mkdir", path: "/r/d" },
        open(8, "/r/d"),
        open(3, "/r/d/a", "O_CREAT"),
        write(3, "abc"),
        sync(3),
        sync(8),
      ],
    },
    {
      title: "all of it, where that was synced",
      luck: () => none,
      left: { a: "abc" },
      events: [
        { call: "mkdir", path: "/r/d" },
        open(9, "/r"),
        sync(9),
        open(8, "/r/d"),
        open(3, "/r/d/a", "O_CREAT"),
        write(3, "abc"),
        sync(3),
        sync(8),
      ],
    },
    {
      title: "what is appended, behind the end",
      luck: () => none,
      left: { a: "abcdef" },
      events: [...made, write(3, "abc"), open(4, "/r/a", "O_APPEND"), write(4, "def"), sync(3)],
    },
  ])("is $title", ({ events, luck, left }) => {
    expect(imageOf(events, luck())).toEqual(left);
  });

  it("is nothing of what lies elsewhere", () => {
    const disk = new Disk("/r");
    expect([open(3, "/else", "O_CREAT"), write(3, "abc"), sync(3)].map((event) => disk.take(event))).toEqual([
      false,
      false,
      false,
    ]);
  });
});
