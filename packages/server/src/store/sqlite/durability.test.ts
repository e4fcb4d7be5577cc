import { describe, expect, it } from "vitest";
import { sample } from "../../state/sample-documents.ts";
import type { UnitOfWork } from "../port.ts";
import { type Connection, connect, requireDurability, toQueries } from "./connection.ts";
import { withFaults } from "./faults.ts";
import { migrate } from "./migrate.ts";
import { migrations } from "./migrations/index.ts";
import { loadProject } from "./reader.ts";
import { projects } from "./schema.ts";
import { temporaryFiles } from "./temporary-folder.ts";
import { Writer } from "./writer.ts";

const freshFile = temporaryFiles();

function work(expectedRevision: number, description = ""): UnitOfWork {
  return {
    project: "default",
    expectedRevision,
    at: 1,
    actor: { type: "system", id: "server", name: "server" },
    action: "test.write",
    items: [sample.flag("a", { description })],
    views: [],
    viewFormat: 1,
  };
}

function database(): Connection {
  const connection = connect(freshFile());
  migrate(connection, { migrations, at: 1 });
  const row = { key: "default", revision: 0, head: "", at: 0, viewFormat: 0 };
  toQueries(connection).insert(projects).values(row).run();
  return connection;
}

describe("a connection", () => {
  it("has the settings that durability and safety rest on, after a first write too", () => {
    const connection = database();
    const settings = Object.fromEntries(
      [
        "journal_mode",
        "synchronous",
        "foreign_keys",
        "busy_timeout",
        "trusted_schema",
        "cell_size_check",
        "journal_size_limit",
        "wal_autocheckpoint",
      ].map((name) => [name, connection.pragma(name, { simple: true })]),
    );
    expect(settings).toEqual({
      journal_mode: "wal",
      synchronous: 2,
      foreign_keys: 1,
      busy_timeout: 1000,
      trusted_schema: 0,
      cell_size_check: 1,
      journal_size_limit: 64 * 1024 * 1024,
      wal_autocheckpoint: 1000,
    });
    expect(() => requireDurability(connection)).not.toThrow();
    connection.close();
  });

  it.each(["synchronous = NORMAL", "journal_mode = DELETE"])("is refused with %s", (setting) => {
    const connection = database();
    connection.pragma(setting);
    expect(() => requireDurability(connection)).toThrow("does not promise durable writes");
    connection.close();
  });
});

describe("a full disk (F26)", () => {
  it("refuses the write whole, goes on reading, and takes writes again when there is room", () => {
    const connection = database();
    const queries = toQueries(connection);
    const writer = new Writer(connection, queries);
    withFaults(() => writer.commit([work(0)]));
    const before = loadProject(queries, "default");
    connection.pragma(`max_page_count = ${connection.pragma("page_count", { simple: true })}`);
    const large = work(1, "x".repeat(200_000));
    expect(() => withFaults(() => writer.commit([large]))).toThrow(
      expect.objectContaining({ name: "StoreFault", kind: "full" }),
    );
    expect(loadProject(queries, "default")).toEqual(before);
    connection.pragma("max_page_count = 100000");
    expect(writer.commit([large])).toMatchObject({ ok: true, changes: [{ revision: 2 }] });
    connection.close();
  });
});
