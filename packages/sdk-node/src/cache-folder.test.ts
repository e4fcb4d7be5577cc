import { expect, it } from "vitest";
import { defaultCacheFolder } from "./cache-folder.ts";

it.each([
  ["XDG_CACHE_HOME", "linux", { XDG_CACHE_HOME: "/x" }, "/home/u", "/x/bannerol"],
  ["the home folder", "linux", {}, "/home/u", "/home/u/.cache/bannerol"],
  [
    "the home folder, XDG_CACHE_HOME being relative",
    "linux",
    { XDG_CACHE_HOME: "x" },
    "/home/u",
    "/home/u/.cache/bannerol",
  ],
  ["Library/Caches on macOS", "darwin", {}, "/Users/u", "/Users/u/Library/Caches/bannerol"],
  ["nowhere without a home", "linux", {}, undefined, undefined],
  ["nowhere where the home is empty", "linux", {}, "", undefined],
])("the cache lies in %s", (_, platform, env, home, folder) => {
  expect(defaultCacheFolder({ platform, env, home })).toBe(folder);
});
