import { expect, it } from "vitest";
import { createListeners } from "./listeners.ts";
import { Query } from "./testing/query.ts";
import { settle } from "./testing/test-client.ts";

it("tells nobody any more who was unsubscribed, be it by another listener of the same event", () => {
  const heard: string[] = [];
  const { on, emit } = createListeners<{ readonly change: number }>(() => undefined);
  const stopSelf = on("change", (at) => {
    heard.push(`self ${at}`);
    stopSelf();
    stopOther();
    on("change", (later) => heard.push(`new ${later}`));
  });
  const stopOther = on("change", (at) => heard.push(`other ${at}`));
  on("change", (at) => heard.push(`last ${at}`));
  emit("change", 1);
  emit("change", 2);
  expect(heard).toEqual(["self 1", "last 1", "last 2", "new 2"]);
});

it("tells everybody in order, also of what a listener brings about", () => {
  const heard: string[] = [];
  const { on, emit } = createListeners<{ readonly change: number; readonly status: string }>(() => undefined);
  on("change", (at) => {
    if (at < 3) emit("change", at + 1);
    emit("status", `after ${at}`);
  });
  on("change", (at) => heard.push(`change ${at}`));
  on("status", (state) => heard.push(state));
  emit("change", 1);
  expect(heard).toEqual(["change 1", "change 2", "after 1", "change 3", "after 2", "after 3"]);
});

it("hears of every failure, also of a promise that is not this realm's, and of what cannot be shown", async () => {
  const failures: unknown[] = [];
  const { on, emit } = createListeners<{ readonly change: number }>((_, error) => failures.push(error));
  on("change", () => new Query(() => Promise.reject("foreign")));
  on("change", () => {
    throw Object.create(null);
  });
  emit("change", 1);
  await settle();
  expect(failures).toEqual([{}, "foreign"]);
});
