/** Where a generated history goes: the tables of a database that the server has made. */
import Database from "better-sqlite3";
import postgres from "postgres";
import { VIEW_FORMAT } from "../../../packages/server/src/log/projection/project.ts";
import type { Chain, Sink } from "./history.ts";

/** The database must be closed by everybody else. */
export function sqliteSink(file: string): Sink & { readonly close: () => void } {
  const database = new Database(file);
  // It is thrown away where the power fails.
  database.pragma("synchronous = OFF");
  database.pragma("foreign_keys = OFF");
  const project = database.prepare(
    "INSERT INTO projects (key, revision, head, at, view_format) VALUES (?, 0, '', 0, 0) ON CONFLICT DO NOTHING",
  );
  const change = database.prepare(
    `INSERT INTO changes (project, revision, at, actor_type, actor_id, actor_name, action, text, hash)
     VALUES (@project, @revision, @at, @actorType, @actorId, @actorName, @action, @text, @hash)`,
  );
  const item = database.prepare(
    `INSERT INTO change_items (project, kind, key, environment, revision, position, after)
     VALUES (@project, @kind, @key, @environment, @revision, @position, @after)`,
  );
  const document = database.prepare(
    `INSERT INTO documents (project, kind, key, environment, revision, document)
     VALUES (@project, @kind, @key, @environment, @revision, @after)`,
  );
  const entity = database.prepare(
    `INSERT INTO view_entities (project, environment, class, kind, key, version, dropped)
     VALUES (@project, 'production', 'server', 'flag', @key, @revision, 0)`,
  );
  const head = database.prepare(
    "UPDATE projects SET revision = @revision, head = @head, at = @at, view_format = @viewFormat WHERE key = @key",
  );
  const together = (work: () => void): void => database.transaction(work)();
  return {
    async begin(key) {
      project.run(key);
    },
    async add(changes, items) {
      together(() => {
        for (const row of changes) change.run(row);
        for (const row of items) item.run(row);
      });
    },
    async end({ documents, ...chain }) {
      together(() => {
        for (const row of documents) document.run(row);
        for (const row of shown(documents)) entity.run(row);
        head.run({ ...chain, viewFormat: VIEW_FORMAT });
      });
    },
    close: () => database.close(),
  };
}

export function postgresSink(url: string, schema: string): Sink & { readonly close: () => Promise<void> } {
  const sql = postgres(url, { max: 1, connection: { search_path: schema, synchronous_commit: "off" } });
  let batches = 0;
  return {
    async begin(key) {
      await sql`INSERT INTO projects VALUES (${key}, 0, '', 0, 0) ON CONFLICT DO NOTHING`;
    },
    async add(changes, items) {
      await sql`
        INSERT INTO changes (project, revision, at, actor_type, actor_id, actor_name, action, text, hash)
        SELECT * FROM json_to_recordset(${JSON.stringify(changes)}::text::json) AS row (project text, revision bigint,
          at bigint, "actorType" text, "actorId" text, "actorName" text, action text, text text, hash text)`;
      await sql`
        INSERT INTO change_items (project, kind, key, environment, revision, position, after)
        SELECT * FROM json_to_recordset(${JSON.stringify(items)}::text::json) AS row (project text, kind text, key text,
          environment text, revision bigint, position integer, after text)`;
      batches += 1;
      // Foreign keys are checked by a plan that is kept; one that was made for an empty table reads all of a full one.
      if (Number.isInteger(Math.log2(batches))) await sql`ANALYZE changes, change_items`;
    },
    async end({ documents, key, revision, head, at }) {
      await sql`
        INSERT INTO documents (project, kind, key, environment, revision, document)
        SELECT * FROM json_to_recordset(${JSON.stringify(documents)}::text::json) AS row (project text, kind text,
          key text, environment text, revision bigint, after text)`;
      await sql`
        INSERT INTO view_entities (project, environment, class, kind, key, version, dropped)
        SELECT project, 'production', 'server', 'flag', key, revision, false
        FROM json_to_recordset(${JSON.stringify(shown(documents))}::text::json)
          AS row (project text, key text, revision bigint)`;
      await sql`
        UPDATE projects SET revision = ${revision}, head = ${head}, at = ${at}, view_format = ${VIEW_FORMAT}
        WHERE key = ${key}`;
      await sql`VACUUM ANALYZE`;
    },
    close: () => sql.end(),
  };
}

/** A flag's version in the server's view is the revision that wrote its targeting last. */
function shown(documents: Chain["documents"]): Chain["documents"] {
  return documents.filter(({ kind }) => kind === "targeting");
}
