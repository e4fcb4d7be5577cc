import { describe, expect, it } from "vitest";
import { readPercent } from "./percent.ts";

describe("a percentage", () => {
  it.each([
    ["0", 0],
    ["25", 25],
    ["25%", 25],
    ["25 %", 25],
    ["12.5", 12.5],
    ["0.125%", 0.125],
    ["100", 100],
    ["100.000", 100],
  ])("is read from %j", (text, percentage) => {
    expect(readPercent(text)).toBe(percentage);
  });

  it.each([
    "",
    "-5",
    "101",
    "100.001",
    "12.3456",
    "1e1",
    "NaN",
    "Infinity",
    "0x10",
    "25%%",
    "12,5",
    ".5",
    "5.",
    " 5",
    "٢٥",
    "25\n",
  ])("is not read from %j, and what is allowed is said", (text) => {
    expect(() => readPercent(text)).toThrow(/from 0 to 100 with at most three decimals/);
  });
});
