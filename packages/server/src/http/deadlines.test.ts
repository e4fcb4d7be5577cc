import { describe, expect, it } from "vitest";
import { Deadlines } from "./deadlines.ts";

const request = (method: string) => ({ method, url: "/", complete: false, destroyed: false, socket: { bytesRead: 0 } });

describe("deadlines of requests", () => {
  const watching = (...requests: ReturnType<typeof request>[]) => {
    const deadlines = new Deadlines<ReturnType<typeof request>>((method) => method === "PUT");
    for (const each of requests) deadlines.watch(each, 0);
    return deadlines;
  };

  it("end a request that has not arrived within 60 s, though bytes come", () => {
    const slow = request("POST");
    const deadlines = watching(slow);
    slow.socket.bytesRead = 9;
    expect(deadlines.overdue(59_999)).toEqual([]);
    expect(deadlines.overdue(60_000)).toEqual([slow]);
    expect(deadlines.overdue(120_000)).toEqual([]);
  });

  it("let a streamed one go on while bytes come, and end it 60 s after the last", () => {
    const upload = request("PUT");
    const deadlines = watching(upload);
    for (let now = 50_000; now < 600_000; now += 50_000) {
      upload.socket.bytesRead += 1;
      expect(deadlines.overdue(now)).toEqual([]);
    }
    expect(deadlines.overdue(609_999)).toEqual([]);
    expect(deadlines.overdue(610_000)).toEqual([upload]);
  });

  it.each(["complete", "destroyed"] as const)("are nothing to one that is %s", (how) => {
    const done = request("POST");
    const deadlines = watching(done);
    done[how] = true;
    expect(deadlines.overdue(60_000)).toEqual([]);
  });
});
