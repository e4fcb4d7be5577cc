import { describe } from "vitest";
import { describeStore } from "../store-contract.ts";
import { MemoryStore } from "./memory-store.ts";

describe("MemoryStore", () => {
  describeStore(async () => new MemoryStore({ epoch: "e1" }));
});
