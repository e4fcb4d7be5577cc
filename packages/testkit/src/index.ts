export * from "./core-arbitraries.ts";
export * from "./fake-clock.ts";
export * from "./fake-random.ts";
export * from "./fake-transport.ts";
export * from "./garbage.ts";
export * from "./hostile-arbitraries.ts";
