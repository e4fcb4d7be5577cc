/**
 * Fills an empty store from the lines of an export. Each record is committed again, as if it were made now: whatever a
 * store derives from records comes out by itself, and the hash that it computes must be the one that the line tells.
 *
 *     line ─► in its place? ─► chain fits? ─► commit(record, views, digests) ─► same hash? ─► next
 *
 * Who calls sees to it that a store which is filled in part is never anybody's database.
 */
import { StoreFault } from "../store/fault.ts";
import { type CredentialDigest, type Store, SYSTEM_PROJECT } from "../store/port.ts";
import { chainHash, type RecordContent, tryReadRecord } from "../store/record.ts";
import { type BodyLine, type ChangeLine, type ExportHeader, readBodyLine, readHeader } from "./export-format.ts";
import { ImportedLists } from "./imported-lists.ts";
import { badLine, type Line, linesOf } from "./lines.ts";

export interface Imported {
  /** Made with the database: revisions of the exported one may name other changes by now. */
  readonly epoch: string;
  /** How many changes each project has. */
  readonly projects: ReadonlyMap<string, number>;
}

/**
 * `at` is epoch milliseconds, for the change of `_system` that tells of the import. Rejects with a `StoreFault` that
 * names the first line that cannot be taken, and why.
 */
export async function importLines(store: Store, bytes: AsyncIterable<Uint8Array>, at: number): Promise<Imported> {
  const lines = linesOf(bytes)[Symbol.asyncIterator]();
  const first = await lines.next();
  if (first.done === true) throw badLine(1, "the export is empty");
  const header = headerOf(first.value);
  const importing = new Import(store, header, at);
  await importing.begin();
  for (let line = await lines.next(); line.done !== true; line = await lines.next()) await importing.take(line.value);
  importing.requireEnd();
  await record(store, header.epoch, at);
  return { epoch: store.epoch, projects: new Map(header.projects.map(({ project, revision }) => [project, revision])) };
}

function headerOf({ number, text }: Line): ExportHeader {
  const header = readHeader(text);
  if (typeof header === "string") throw badLine(number, header);
  const keys = header.projects.map(({ project }) => project);
  if (keys[0] !== SYSTEM_PROJECT) throw badLine(number, `it does not begin with the project ${SYSTEM_PROJECT}`);
  if (new Set(keys).size < keys.length) throw badLine(number, "it names a project twice");
  return header;
}

type Standing = ExportHeader["projects"][number];

class Import {
  readonly #store: Store;
  readonly #header: ExportHeader;
  readonly #lists: ImportedLists;
  #index = 0;
  #revision = 0;
  #head = "";
  #ended = false;
  #number = 1;

  constructor(store: Store, header: ExportHeader, at: number) {
    this.#store = store;
    this.#header = header;
    this.#lists = new ImportedLists(store.lists, at);
  }

  async begin(): Promise<void> {
    for (const { project } of this.#header.projects) await this.#store.addProject(project);
    this.#skipFinished();
  }

  async take(line: Line): Promise<void> {
    this.#number = line.number;
    if (this.#ended) throw this.#bad("the export ended on the line before");
    const read = readBodyLine(line.text);
    if (typeof read === "string") throw this.#bad(read);
    await this.#takeRead(read, line);
    this.#skipFinished();
  }

  /** Throws where the end of the export is missing. */
  requireEnd(): void {
    if (!this.#ended) throw badLine(this.#number + 1, `the export was cut off: ${this.#expected()} is missing`);
  }

  async #takeRead(read: BodyLine, line: Line): Promise<void> {
    if ("end" in read) this.#end(read.sha256, line);
    else if ("keys" in read) await this.#lists.stage(read);
    else await this.#commit(read);
  }

  #end(sha256: string, line: Line): void {
    if (this.#standing() !== undefined) throw this.#bad(`${this.#expected()} is missing before it`);
    if (sha256 !== line.before())
      throw this.#bad("the checksum of what stands before it is another one: it was altered");
    this.#ended = true;
  }

  async #commit(line: ChangeLine): Promise<void> {
    const { project, revision, hash } = line;
    const standing = this.#standing();
    if (standing?.project !== project || this.#revision + 1 !== revision) {
      throw this.#bad(`it is change ${revision} of project ${project}, and ${this.#expected()} is expected`);
    }
    const record = this.#recordOf(line);
    const change = await this.#write(line, record, standing);
    if (change !== hash) throw this.#bad(`${this.#named(line)} was written by another version of this program`);
    this.#revision = revision;
    this.#head = hash;
    if (revision === standing.revision && hash !== standing.head) {
      throw this.#bad(`the project's head is not the hash of ${this.#named(line)}, its newest`);
    }
  }

  #recordOf(line: ChangeLine): RecordContent {
    const { project, revision, hash, text } = line;
    if (chainHash(this.#head, text) !== hash) {
      throw this.#bad(`the hash of ${this.#named(line)} does not continue the chain: it was altered`);
    }
    const record = tryReadRecord(text);
    if (record === undefined || record.project !== project || record.revision !== revision) {
      throw this.#bad(`the text of ${this.#named(line)} is no record that this program reads`);
    }
    return record;
  }

  /** Answers with the hash that the store computed. */
  async #write(line: ChangeLine, record: RecordContent, { viewFormat }: Standing): Promise<string> {
    const lists = await this.#lists.takeFor(record, line.lists);
    if (typeof lists === "string") throw this.#bad(`${this.#named(line)}: ${lists}`);
    const { revision: _revision, lists: told, ...said } = record;
    const work = {
      ...said,
      expectedRevision: this.#revision,
      views: line.views,
      viewFormat,
      credentials: this.#credentialsOf(line, record),
      // A record may tell of lists and name none, as a revert's does: that too is in its hash.
      ...(told === undefined ? {} : { lists }),
    };
    const result = await this.#store.commit(work).catch((error: unknown) => {
      if (error instanceof StoreFault) throw error;
      throw this.#bad(
        `${this.#named(line)} cannot be written: ${error instanceof Error ? error.message : String(error)}`,
      );
    });
    if (!result.ok)
      throw new StoreFault("unavailable", "Another process writes to the database. Nothing was imported.");
    return result.changes[0]?.hash ?? "";
  }

  /** A digest is a way in: only what the change made may have one. */
  #credentialsOf({ project, digests, ...line }: ChangeLine, { items }: RecordContent): readonly CredentialDigest[] {
    return digests.map(({ id, digest }) => {
      const named = items.some(({ kind, key }) => (kind === "key" || kind === "token") && key === id);
      if (!named) throw this.#bad(`it has a digest of ${id}, which change ${line.revision} does not speak of`);
      return { id, digest, project };
    });
  }

  #standing(): Standing | undefined {
    return this.#header.projects[this.#index];
  }

  #skipFinished(): void {
    for (let next = this.#standing(); next?.revision === this.#revision; next = this.#standing()) {
      this.#index += 1;
      this.#revision = 0;
      this.#head = "";
    }
  }

  #expected(): string {
    const standing = this.#standing();
    return standing === undefined ? "its end" : `change ${this.#revision + 1} of project ${standing.project}`;
  }

  #named({ project, revision }: ChangeLine): string {
    return `change ${revision} of project ${project}`;
  }

  #bad(reason: string): StoreFault {
    return badLine(this.#number, reason);
  }
}

async function record(store: Store, exported: string, at: number): Promise<void> {
  const { revision, viewFormat } = await store.load(SYSTEM_PROJECT);
  await store.commit({
    project: SYSTEM_PROJECT,
    expectedRevision: revision,
    at,
    actor: { type: "system", id: "import", name: "bannerol server import" },
    action: "installation.import",
    items: [],
    views: [],
    viewFormat,
    comment: `An export was imported; the epoch until then was ${exported}.`,
  });
}
