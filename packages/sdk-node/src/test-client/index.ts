export { createTestClient, type TestClient } from "./create-test-client.ts";
export { flagsFixture } from "./fixture.ts";
export type { RecordedEvaluation } from "./recorder.ts";
export type { TestDocument } from "./test-feed.ts";
