/** A gap is found by a heartbeat (I4). What else a bad network does is simulated in `test/simulation`. */
import { fakeClock, fakeHttpTransport, fakeStreamTransport } from "@bannerol/testkit";
import { describe, expect, it } from "vitest";
import { createFlagClient } from "../flag-client.ts";
import { currentOf, type identityAt, ModelServer } from "../testing/model-server.ts";

function isHello(message: unknown): message is { have?: ReturnType<typeof identityAt> } {
  return typeof message === "object" && message !== null && "type" in message && message.type === "hello";
}

describe("a heartbeat", () => {
  it("finds a lost delta by the next heartbeat, and is right again within 15 s (I4)", () => {
    const clock = fakeClock();
    const server = new ModelServer();
    const hellos: number[] = [];
    const stream = fakeStreamTransport({
      opened: (opened) => opened.accept(),
      said(from, message) {
        if (!isHello(message)) return;
        hellos.push(clock.monotonic());
        from.say(server.greet(message.have, false));
      },
    });
    const client = createFlagClient({
      identity: { key: "k", sdk: { name: "test", version: "0" }, instance: "i" },
      binding: "b",
      ports: {
        clock,
        timers: clock,
        random: () => 0.5,
        stream,
        http: fakeHttpTransport(),
        logger: { warn: () => undefined },
      },
    });
    clock.advance(20_000);
    server.write();
    clock.advance(15_000);
    stream.latest.say(currentOf(server.ruleset));
    expect(hellos).toEqual([0, 35_000]);
    expect(client.status()).toMatchObject({ state: "live", revision: 2 });
  });
});
