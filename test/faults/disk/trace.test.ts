import { expect, it } from "vitest";
import { readTrace, type TraceEvent } from "./trace.ts";

const hex = (text: string): string =>
  `"${[...Buffer.from(text)].map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("")}"`;

async function read(...lines: string[]): Promise<TraceEvent[]> {
  async function* each(): AsyncGenerator<string> {
    yield* lines;
  }
  const events: TraceEvent[] = [];
  for await (const event of readTrace(each())) events.push(event);
  return events;
}

it.each<[line: string, event: TraceEvent]>([
  [
    `7 openat(AT_FDCWD, ${hex("/r/a")}, O_RDWR|O_CREAT|O_CLOEXEC, 0644) = 21`,
    { call: "open", fd: 21, path: "/r/a", flags: ["O_RDWR", "O_CREAT", "O_CLOEXEC"] },
  ],
  ["7 close(21) = 0", { call: "close", fd: 21 }],
  [
    `7 pwrite64(21, ${hex("a, b) = 1")}, 9, 4096) = 9`,
    { call: "write", fd: 21, data: Buffer.from("a, b) = 1"), offset: 4_096 },
  ],
  [`7 write(1, ${hex("abc")}, 3) = 2`, { call: "write", fd: 1, data: Buffer.from("ab") }],
  ["7 fdatasync(21) = 0", { call: "sync", fd: 21 }],
  ["7 ftruncate(21, 12) = 0", { call: "truncate", fd: 21, size: 12 }],
  [`7 rename(${hex("/a")}, ${hex("/b")}) = 0`, { call: "rename", from: "/a", to: "/b" }],
  [`7 link(${hex("/a")}, ${hex("/b")}) = 0`, { call: "link", from: "/a", to: "/b" }],
  [`7 unlink(${hex("/a")}) = 0`, { call: "unlink", path: "/a" }],
  [`7 mkdir(${hex("/a")}, 0700) = 0`, { call: "mkdir", path: "/a" }],
])("reads %s", async (line, event) => {
  expect(await read(line)).toEqual([event]);
});

it("leaves out calls that failed, signals and ends of processes", async () => {
  const lines = [
    `7 unlink(${hex("/a")}) = -1 ENOENT (No such file or directory)`,
    "7 --- SIGCHLD {si_signo=SIGCHLD} ---",
    "7 +++ exited with 0 +++",
  ];
  expect(await read(...lines)).toEqual([]);
});

it("joins a call that another thread's came into, when it ends", async () => {
  const lines = ["7 fsync(21 <unfinished ...>", `8 write(3, ${hex("a")}, 1) = 1`, "7 <... fsync resumed>) = 0"];
  expect((await read(...lines)).map(({ call }) => call)).toEqual(["write", "sync"]);
});

it("refuses a call that no image can replay", async () => {
  await expect(read("7 fallocate(21, 0, 0, 4096) = 0")).rejects.toThrow("fallocate");
});
