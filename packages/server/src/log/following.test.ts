import { describe, expect, it } from "vitest";
import { StoreFault } from "../store/fault.ts";
import { MemoryStore } from "../store/memory/memory-store.ts";
import type { Watcher } from "../store/port.ts";
import { startFollowing } from "./following.ts";

/** A store that others write to, as far as its watcher knows. */
class SharedStore extends MemoryStore {
  watcher: Watcher | undefined;
  ended = false;

  watch(watcher: Watcher): () => Promise<void> {
    this.watcher = watcher;
    return async () => {
      this.ended = true;
    };
  }
}

const away = new StoreFault("unavailable", "away");
const news = (...pairs: readonly (readonly [string, number])[]) => new Map(pairs);
/** Lets what was begun go on. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

function following() {
  const store = new SharedStore({ epoch: "e1" });
  const told: unknown[] = [];
  const asked: [string, number][] = [];
  const answers = new Map<string, Promise<void>>();
  const stop = startFollowing({
    store,
    told: (trouble) => told.push(trouble),
    level(project, revision) {
      asked.push([project, revision]);
      return answers.get(`${project} ${revision}`) ?? Promise.resolve();
    },
  });
  return { store, told, asked, answers, stop, watcher: store.watcher };
}

describe("following", () => {
  it("levels every project that there is news of, and says that nothing was in the way", async () => {
    const { watcher, told, asked } = following();
    watcher?.newest(news(["a", 3], ["b", 1]));
    await turn();
    expect(asked).toEqual([
      ["a", 3],
      ["b", 1],
    ]);
    expect(told).toEqual([undefined]);
  });

  it("says what was in the way of one project, after the others are level", async () => {
    const { watcher, told, asked, answers } = following();
    answers.set("a 3", Promise.reject(away));
    watcher?.newest(news(["a", 3], ["b", 1]));
    await turn();
    expect(asked).toHaveLength(2);
    expect(told).toEqual([away]);
    watcher?.newest(news(["a", 4]));
    await turn();
    expect(told).toEqual([away, undefined]);
  });

  it("takes no success for news that began before the last trouble", async () => {
    const { watcher, told, answers } = following();
    let finish: () => void = () => undefined;
    answers.set(
      "a 3",
      new Promise((resolve) => {
        finish = resolve;
      }),
    );
    watcher?.newest(news(["a", 3]));
    watcher?.failed(away);
    finish();
    await turn();
    expect(told).toEqual([away]);
    watcher?.newest(news(["a", 3]));
    await turn();
    expect(told).toEqual([away, undefined]);
  });

  it("ends with what it watches, and is none where nobody else can write", async () => {
    const { stop, store } = following();
    await stop?.();
    expect(store.ended).toBe(true);
    const alone = { store: new MemoryStore({ epoch: "e1" }), told: () => undefined, level: async () => undefined };
    expect(startFollowing(alone)).toBeUndefined();
  });
});
