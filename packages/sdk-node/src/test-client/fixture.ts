import { createTestClient, type TestClient } from "./create-test-client.ts";

/**
 * A fixture for Vitest: `test.extend({ flags: flagsFixture })` gives each test that asks for `flags` a client of its own,
 * without flags, and closes it afterwards.
 */
// biome-ignore lint/correctness/noEmptyPattern: Vitest reads here which other fixtures this one needs.
export async function flagsFixture({}: object, use: (flags: TestClient) => Promise<void>): Promise<void> {
  const flags = createTestClient();
  await use(flags);
  await flags.close();
}
