import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { SDK } from "./version.ts";

it("the version told to servers is the package's", async () => {
  const manifest: unknown = JSON.parse(await readFile(new URL("../package.json", import.meta.url), "utf8"));
  expect(manifest).toMatchObject({ version: SDK.version });
});
